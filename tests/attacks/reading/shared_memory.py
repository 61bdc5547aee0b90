# tries: find memory that others share, and share some
# must: be refused
import os
from multiprocessing import shared_memory


def pixels(height, width):
    try:
        print(os.listdir("/dev/shm"))
    except OSError as error:
        print(error)
    try:
        memory = shared_memory.SharedMemory("@MARK@", create=True, size=1000)
        memory.buf[0] = 12
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
