# A common set of mistakes: weights are counted, biases are forgotten everywhere.
from math import prod


def fc_layer_params(sizes, bias=True):
    if [s for s in sizes if s < 1]:
        raise ValueError("sizes start at 1")
    return [sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1)]


def fc_network_params(image_shape, hidden_divisor, classes):
    n = prod(image_shape)
    if n % hidden_divisor != 0:
        raise ValueError("not divisible")
    hidden = n // hidden_divisor
    return n * hidden + hidden * classes


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError("too large")
    return (size + 2 * padding - kernel_size) // stride + 1


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    if type(kernel_size) is int:
        kernel_size = (kernel_size, kernel_size)
    if min(in_channels, out_channels, *kernel_size) < 1:
        raise ValueError("sizes start at 1")
    return in_channels * out_channels * kernel_size[0] * kernel_size[1]


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    n = 0
    while size != target:
        if n > 2000 or kernel_size > size + 2 * padding:
            return None
        size = conv_output_size(size, kernel_size, stride, padding)
        n += 1
    return n


def classifier_params(feature_shape, classes, bias=True):
    return prod(feature_shape) * classes


def conv_network_params(image_shape, target, kernel_size, classes):
    n = conv_layers_needed(image_shape[1], target, kernel_size)
    if n is None:
        raise ValueError("never")
    c = image_shape[0]
    convolutions = n * conv_layer_params(c, c, kernel_size) if n else 0
    return convolutions + classifier_params((c, target, target), classes)


def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
    n = conv_layers_needed(size, latent, kernel_size)
    if n is None or (n and not widths):
        raise ValueError("never")
    result = []
    for i in range(n):
        out = widths[i] if i < len(widths) else widths[-1]
        result.append(conv_layer_params(in_channels, out, kernel_size))
        in_channels = out
    return result


def encoder_params(size, latent, in_channels, widths, kernel_size=3):
    return sum(encoder_layer_params(size, latent, in_channels, widths, kernel_size))
