# tries: stop its own process, which then neither answers nor ends
# must: be ended by the clock outside
# sees: {pixels: "no answer within 1 s"}
# time: 8
import os
import signal


def pixels(height, width):
    os.kill(os.getpid(), signal.SIGSTOP)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
