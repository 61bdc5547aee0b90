# tries: ask the name server, which carries data out in names
# must: be refused
# sees: {pixels: "raised gaierror|raised PermissionError|raised OSError"}
import socket


def pixels(height, width):
    return socket.getaddrinfo(f"{height}-{width}.example.test", 80)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
