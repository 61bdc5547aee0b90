# tries: change how the processor and NumPy round and warn
# must: bend nothing outside of its own process
# sees: {pixels: "observed 7"}
import ctypes
import warnings

import numpy as np


def pixels(height, width):
    np.seterr(all="raise")
    warnings.simplefilter("error")
    try:
        ctypes.CDLL("libm.so.6").fesetround(0x400)
    except OSError:
        pass
    return 7


def blurred(image):
    return np.array([[1.0]]) / 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
