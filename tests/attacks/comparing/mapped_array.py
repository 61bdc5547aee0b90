# tries: return an array that is mapped from a file, which it shortens meanwhile
# must: be a crash or a value, and no more
import threading

import numpy as np


def blurred(image):
    mapped = np.memmap("mine", dtype=float, mode="w+", shape=(1000, 1000))
    open("mine", "w").close()
    return mapped


def pixels(height, width):
    return np.memmap("/etc/passwd", dtype=np.uint8, mode="r")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
