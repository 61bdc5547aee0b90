# tries: end the process with exit code 0, as a grader that succeeded would
# must: be reported as an exit; the case earns nothing
# sees: {pixels: "ended itself with exit code 0"}
import os


def pixels(height, width):
    os._exit(0)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
