# tries: fork without end
# must: be refused the first time
# relies_on: [seccomp]
# sees: {pixels: "raised PermissionError|raised BlockingIOError"}
import os


def pixels(height, width):
    while True:
        os.fork()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
