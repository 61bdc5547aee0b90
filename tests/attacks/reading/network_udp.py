# tries: send a datagram, which needs no connection
# must: be refused
# relies_on: [seccomp]
# control: udp
import socket


def pixels(height, width):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(f"{height} {width}".encode(), ("127.0.0.1", int("@UDP@")))
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
