# tries: keep memory in files that have no name anywhere
# must: be refused
# relies_on: [seccomp]
# sees: {pixels: "raised PermissionError"}
import os


def pixels(height, width):
    handle = os.memfd_create("mine")
    while True:
        os.write(handle, bytes(1 << 20))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
