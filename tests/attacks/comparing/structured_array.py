# tries: return arrays of records, dates, bytes and void
# must: be refused with what to return instead
# sees: {blurred: "array of records", pixels: "array of records", caption: "array of records"}
import numpy as np


def blurred(image):
    return np.zeros((1, 1), dtype=[("value", "f8"), ("other", "O")])


def pixels(height, width):
    return np.array(12, dtype="datetime64[D]")


def caption(text):
    return np.array(b"A cat")


def layer_table(sizes):
    return np.rec.array([(12, 6)], names="weights,biases")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
