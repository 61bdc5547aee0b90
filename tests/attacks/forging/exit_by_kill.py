# tries: kill its own process, as a grader's time limit would
# must: cost its own case only
# sees: {pixels: "the process ended"}
import os
import signal


def pixels(height, width):
    os.kill(os.getpid(), signal.SIGKILL)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
