# True convolution, as in signal processing: the kernel is turned by 180 degrees. Q3 only.
import numpy as np


def cross_correlate2d(image, kernel, stride=1, padding=0):
    kernel = kernel[::-1, ::-1]
    big = np.zeros((image.shape[0] + 2 * padding, image.shape[1] + 2 * padding), image.dtype)
    big[padding : padding + image.shape[0], padding : padding + image.shape[1]] = image
    if big.shape[0] < kernel.shape[0] or big.shape[1] < kernel.shape[1]:
        raise ValueError("kernel too large")
    views = np.lib.stride_tricks.sliding_window_view(big, kernel.shape)
    return np.einsum("ijkl,kl->ij", views[::stride, ::stride], kernel)


def transposed_conv2d(image, kernel, stride=1, padding=0):
    turned = np.rot90(kernel, 2)
    height = (image.shape[0] - 1) * stride + kernel.shape[0]
    width = (image.shape[1] - 1) * stride + kernel.shape[1]
    if height - 2 * padding < 1 or width - 2 * padding < 1:
        raise ValueError("nothing left")
    canvas = np.zeros((height, width))
    for (i, j), value in np.ndenumerate(image):
        top, left = i * stride, j * stride
        canvas[top : top + kernel.shape[0], left : left + kernel.shape[1]] += value * turned
    return canvas[padding : height - padding, padding : width - padding]


def transposed_conv2d_steps(image, kernel, steps):
    part = np.zeros_like(image)
    part.flat[:steps] = image.flat[:steps]
    return transposed_conv2d(part, kernel)
