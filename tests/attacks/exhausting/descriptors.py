# tries: open files, pipes and sockets until there are none left
# must: be refused at some number; nobody else is short of them
# sees: {pixels: "raised OSError"}
import os


def pixels(height, width):
    taken = []
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
        taken.append(os.pipe())


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
