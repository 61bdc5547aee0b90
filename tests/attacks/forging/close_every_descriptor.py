# tries: close all descriptors, so that no answer can be given
# must: be reported; the next question meets a fresh process
import os


def pixels(height, width):
    os.closerange(0, 4096)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
