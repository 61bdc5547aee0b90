# tries: take more memory at once than there is
# must: be out of memory
# sees: {pixels: "out of memory at 256 MB", blurred: "out of memory at 256 MB"}
import numpy as np


def pixels(height, width):
    return bytearray(10**12)


def blurred(image):
    return np.ones((10**6, 10**5))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
