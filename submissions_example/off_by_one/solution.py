# One layer too many in q2b_ii, used by q2b_iv and q4, which are right on top of it.
import solution_parts as parts


def conv_output_size(size, kernel_size, stride=1, padding=0):
    return parts.output_size(size, kernel_size, stride, padding)


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    return parts.layer(in_channels, out_channels, kernel_size, bias)


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    count = 1
    visited = {size}
    while size != target:
        try:
            size = conv_output_size(size, kernel_size, stride, padding)
        except ValueError:
            return None
        if size in visited or len(visited) > 1000:
            return None
        visited.add(size)
        count += 1
    return count


def classifier_params(feature_shape, classes, bias=True):
    channels, height, width = feature_shape
    return channels * height * width * classes + (classes if bias else 0)


def conv_network_params(image_shape, target, kernel_size, classes):
    layers = conv_layers_needed(image_shape[1], target, kernel_size)
    if layers is None:
        raise ValueError("the target is out of reach")
    channels = image_shape[0]
    one = conv_layer_params(channels, channels, kernel_size) if layers else 0
    return layers * one + classifier_params((channels, target, target), classes)


def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
    layers = conv_layers_needed(size, latent, kernel_size)
    if layers is None or not widths:
        raise ValueError("cannot be built")
    every = [in_channels] + [widths[min(i, len(widths) - 1)] for i in range(layers)]
    return [conv_layer_params(a, b, kernel_size) for a, b in zip(every[:-1], every[1:])]


def encoder_params(size, latent, in_channels, widths, kernel_size=3):
    return sum(encoder_layer_params(size, latent, in_channels, widths, kernel_size))
