# tries: return an array of 2**40 rows without columns, which costs no memory until it is a list
# must: be refused or be a wrong shape, at once
# sees: {blurred: "expected|more data"}
import numpy as np


def blurred(image):
    return np.zeros((2**40, 0))


def layer_table(sizes):
    return {"weights": np.zeros((2**62, 0, 2**62)[:2]), "biases": [], "total": 0}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
