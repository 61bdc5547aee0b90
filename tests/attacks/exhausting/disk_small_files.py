# tries: use up the disk's list of files
# must: be stopped at the limit for their number
# sees: {pixels: "stopped: it made more than|no answer within"}
# time: 12
import os


def pixels(height, width):
    number = 0
    while True:
        number += 1
        os.close(os.open(f"mine{number}", os.O_CREAT | os.O_WRONLY))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
