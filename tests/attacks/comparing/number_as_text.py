# tries: return numbers as text, bytes, fractions and decimals
# must: be no numbers
# sees: {pixels: "'12'|text", total_pixels: "a Decimal", caption: "bytes"}
from decimal import Decimal
from fractions import Fraction


def pixels(height, width):
    return str(height * width)


def total_pixels(shapes):
    return Decimal(sum(a * b for a, b in shapes))


def caption(text):
    return text.strip().capitalize().encode()


def blurred(image):
    return [[Fraction(3)]]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
