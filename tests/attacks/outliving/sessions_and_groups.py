# tries: change to another session or group of processes
# must: be refused, or be of no use
import os


def pixels(height, width):
    for attempt in (
        lambda: os.setsid(),
        lambda: os.setpgid(0, int("@GRADER@")),
        lambda: os.setpgid(int("@NEIGHBOUR@"), 0),
        lambda: os.setpgid(0, os.getppid()),
        lambda: os.tcsetpgrp(0, os.getpid()),
        lambda: os.nice(-20),
    ):
        try:
            attempt()
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
