# tries: write to the other output without end, and without a line's end
# must: be kept in part, and be stopped by the clock
# sees: {pixels: "no answer within 1 s"}
# time: 8
import os


def pixels(height, width):
    while True:
        os.write(2, b"\xff" * 65536)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
