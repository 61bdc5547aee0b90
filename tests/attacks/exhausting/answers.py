# tries: answer every question with as much as is allowed, to fill the grader's memory
# must: be refused from some size on; the grader does not grow with it
# time: 20
import numpy as np


def pixels(height, width):
    return np.zeros(4_000_000 + height % 7)


def total_pixels(shapes):
    return np.zeros(4_000_000)


def layer_table(sizes):
    return {"weights": np.zeros(2_000_000), "biases": np.ones(2_000_000)}


def blurred(image):
    return np.zeros((2000, 2000))


def caption(text):
    return text * 3_000_000


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
