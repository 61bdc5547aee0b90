# tries: shut the conversation down for writing, and go on
# must: be reported as no answer
# sees: {pixels: "ended itself|closed its connection"}
import socket


def pixels(height, width):
    socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
