# tries: kill every process that it may
# must: be refused
# relies_on: [own_user]
import os
import signal


def pixels(height, width):
    for target in (-1, 0, -os.getppid(), -int("@GRADER@")):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
            try:
                os.kill(target, number)
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
