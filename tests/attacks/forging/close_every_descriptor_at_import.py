# tries: close all descriptors while the file is loaded
# must: load again with definitions only
# sees: {loaded: "True"}
import os

os.closerange(0, 4096)


def pixels(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
