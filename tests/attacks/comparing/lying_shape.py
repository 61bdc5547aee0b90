# tries: return an array whose strides make terabytes out of eight bytes
# must: be refused as too large
# sees: {blurred: "more data than"}
import numpy as np


def blurred(image):
    return np.broadcast_to(np.float64(3.0), (2**20, 2**20))


def pixels(height, width):
    return np.lib.stride_tricks.as_strided(np.zeros(1, np.int64), (2**30,), (0,))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
