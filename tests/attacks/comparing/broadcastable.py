# tries: return a single number, or a single row, where a matrix is due
# must: be a wrong shape; nothing is broadcast
# sees: {blurred: "shape|expected"}
import numpy as np


def blurred(image):
    full = np.full((1, 1, 1, 1), 3.0)
    return full if len(image) == 2 else np.full((1, len(image[0]) - 1), 127.5)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
