# tries: write a number of many millions of digits
# must: be an exception, or be stopped by the clock
# sees: {pixels: "no answer within|raised ValueError|out of memory"}
# time: 10
import sys


def pixels(height, width):
    sys.set_int_max_str_digits(0)
    return str(7 ** (10**7))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
