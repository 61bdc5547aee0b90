# tries: end by a signal that a program gives itself
# must: be reported with the signal's name
# sees: {pixels: "SIGABRT"}
import os


def pixels(height, width):
    os.abort()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
