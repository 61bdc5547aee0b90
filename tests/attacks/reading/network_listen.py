# tries: listen, for somebody to fetch what it has seen
# must: be refused
# sees: {pixels: "PermissionError|Operation not permitted|raised"}
# relies_on: [seccomp]
import socket


def pixels(height, width):
    server = socket.create_server(("0.0.0.0", 0))
    print("listening", server)
    return server


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
