# tries: answer with zeros without end
# must: be refused at the first bytes
# sees: {pixels: "not the answer"}
import os


def pixels(height, width):
    while True:
        os.write(3, bytes(1 << 16))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
