# tries: return an array that reaches outside of its own memory
# must: be no more than a crash or a wrong answer
import numpy as np


def blurred(image):
    inside = np.zeros(1)
    return np.lib.stride_tricks.as_strided(inside, (1000, 1000), (1 << 30, 8))


def pixels(height, width):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (4096,), (8,))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
