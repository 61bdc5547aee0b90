# tries: return numbers of a precision that no other part has
# must: be read as ordinary floats
# sees: {pixels: "observed 12.5"}
import numpy as np


def pixels(height, width):
    return np.longdouble("12.5")


def blurred(image):
    return np.full((1, 1), np.longdouble("1e4000"))


def total_pixels(shapes):
    return np.clongdouble(16)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
