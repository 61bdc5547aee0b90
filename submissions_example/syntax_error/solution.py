import numpy as np


def fc_layer_params(sizes, bias=True):
    for s in sizes:
        if s < 1:
            raise ValueError("bad size")
    return [a * b + b * bias for a, b in zip(sizes[:-1], sizes[1:])]


def fc_network_params(image_shape, hidden_divisor, classes)
    n = int(np.prod(image_shape))
    return sum(fc_layer_params([n, n // hidden_divisor, classes]))


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if size + 2 * padding < kernel_size:
        raise ValueError("does not fit")
    return 1 + (size + 2 * padding - kernel_size) // stride


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    if min(kh, kw, in_channels, out_channels) <= 0:
        raise ValueError("not positive")
    return out_channels * (in_channels * kh * kw + int(bias))
