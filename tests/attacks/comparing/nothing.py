# tries: return nothing, and other things that stand for nothing
# must: be no right answer
# sees: {pixels: "observed None", total_pixels: "ellipsis|the place of something", caption: "a function", blurred: "a class", layer_table: "a module"}
import math


def pixels(height, width):
    return None


def total_pixels(shapes):
    return ...


def caption(text):
    return caption


def blurred(image):
    return float


def layer_table(sizes):
    return math


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
