# tries: overflow the stack of the interpreter itself
# must: be an exception or a crash, and no more
# time: 12
import sys


def pixels(height, width):
    sys.setrecursionlimit(10**9)

    def deeper():
        return deeper()

    return deeper()


def caption(text):
    value = None
    for _ in range(10**6):
        value = [value]
    return repr(value)


def layer_table(sizes):
    value = None
    for _ in range(10**6):
        value = (value,)
    return {"weights": value}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
