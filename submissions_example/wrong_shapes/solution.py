# The sums are right but not where they belong: 'same' and 'full' sizes, swapped axes.
import numpy as np


def cross_correlate2d(image, kernel, stride=1, padding=0):
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)))
    out = np.zeros(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            window = padded[i : i + kh, j : j + kw]
            out[i, j] = (window * kernel[: window.shape[0], : window.shape[1]]).sum()
    return out


def transposed_conv2d(image, kernel, stride=1, padding=0):
    h = (image.shape[0] - 1) * stride + kernel.shape[0]
    w = (image.shape[1] - 1) * stride + kernel.shape[1]
    if min(h, w) <= 2 * padding:
        raise ValueError("nothing left")
    out = np.zeros((h, w))
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            rows = slice(i * stride, i * stride + kernel.shape[0])
            cols = slice(j * stride, j * stride + kernel.shape[1])
            out[rows, cols] += image[i, j] * kernel
    return out[padding : h - padding, padding : w - padding].T


def transposed_conv2d_steps(image, kernel, steps):
    return transposed_conv2d(image, kernel).flatten()


def classifier_params(feature_shape, classes, bias=True):
    c, h, w = feature_shape
    return [c * h * w * classes + bias * classes]
