# tries: match a pattern that takes as long as the world has stood
# must: be stopped by the clock
# sees: {pixels: "no answer within 1 s"}
# time: 8
import re


def pixels(height, width):
    return len(re.findall(r"(a+)+$", "a" * 60 + "b"))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
