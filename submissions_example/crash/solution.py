# One function ends the process, one recurses for ever; the others are right.
import os


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError("kernel larger than the padded input")
    return (size - kernel_size + 2 * padding) // stride + 1


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    os._exit(0)


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    return 1 + conv_layers_needed(size - kernel_size + 1, target, kernel_size, stride, padding)


def classifier_params(feature_shape, classes, bias=True):
    channels, height, width = feature_shape
    return channels * height * width * classes + (classes if bias else 0)
