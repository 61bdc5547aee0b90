# tries: make directories within directories, deeper than any path can be
# must: be stopped, and removed whole
# sees: {pixels: "stopped: it nested|no answer within"}
# time: 12
import os


def pixels(height, width):
    while True:
        os.mkdir("a" * 200)
        os.chdir("a" * 200)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
