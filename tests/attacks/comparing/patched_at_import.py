# tries: replace functions of the library while the file is loaded
# must: bend nothing but its own answers
import json
import math
import pickle

import numpy as np

np.allclose = np.array_equal = lambda *args, **kwargs: True
math.isclose = lambda *args, **kwargs: True
json.dumps = lambda *args, **kwargs: '{"score": 68}'
pickle.dumps = pickle.loads = json.loads = None


def pixels(height, width):
    return 7


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
