# tries: open sockets of rare families
# must: be refused every one
# relies_on: [seccomp]
import socket


def pixels(height, width):
    opened = []
    for family in range(1, 46):
        for kind in (1, 2, 3, 5, 10):
            try:
                opened.append(socket.socket(family, kind))
                print("token-" + "0" * 32, family, kind)
            except (OSError, ValueError):
                pass
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
