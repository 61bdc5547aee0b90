# tries: connect to a socket that has no path, and is in no directory that could be closed
# must: be refused
# control: abstract
import socket


def pixels(height, width):
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0@ABSTRACT@")
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
