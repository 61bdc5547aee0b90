# tries: take memory that belongs to a file, to pipes and to sockets
# must: be stopped at the limits of files and descriptors
# time: 12
import os
import socket


def pixels(height, width):
    taken = []
    try:
        for _ in range(100):
            taken.append(os.pipe())
            os.set_blocking(taken[-1][1], False)
            try:
                import fcntl

                fcntl.fcntl(taken[-1][1], 1031, 1 << 20)
                os.write(taken[-1][1], bytes(1 << 20))
            except OSError as error:
                print(error)
            pair = socket.socketpair()
            taken.append(pair)
            pair[0].setblocking(False)
            pair[0].send(bytes(1 << 20))
    except OSError as error:
        print(error)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
