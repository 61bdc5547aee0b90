# tries: return an array of objects that holds itself
# must: be refused by depth
# sees: {blurred: "nested more than"}
import numpy as np


def blurred(image):
    loop = np.empty((1, 1), dtype=object)
    loop[0, 0] = loop
    return loop


def layer_table(sizes):
    table = {"total": 23}
    table["weights"] = table["biases"] = table
    return table


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
