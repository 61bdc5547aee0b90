# conv_layers_needed never ends when the size stops shrinking; the rest is fine
import math


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError("kernel larger than the padded input")
    return math.floor((size - kernel_size + 2 * padding) / stride) + 1


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    layers = 0
    while size != target:
        size = size - kernel_size + 2 * padding + 1
        layers += 1
    return layers


def classifier_params(feature_shape, classes, bias=True):
    return (math.prod(feature_shape) + bool(bias)) * classes
