# tries: close, replace and break the outputs
# must: be none of anybody else's business
import io
import os
import sys


def pixels(height, width):
    sys.stdout.close()
    sys.stderr = None
    return 0


def caption(text):
    sys.stdout = io.TextIOWrapper(io.BytesIO(), write_through=False)
    sys.stdout.flush = lambda: 1 / 0
    os.close(1)
    os.close(2)
    return ""


def layer_table(sizes):
    sys.__stdout__ = sys.__stderr__ = sys.stdin = "none"
    return {}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
