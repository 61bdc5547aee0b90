# tries: kill, stop and disturb the grader, the launcher and its neighbours
# must: be refused
import os
import signal


def pixels(height, width):
    for process in ("@SIBLING@", "@NEIGHBOUR@", "@LAUNCHER@", "@GRADER@"):
        for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, signal.SIGXCPU):
            try:
                os.kill(int(process), number)
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
