# tries: return numbers that are right in the lowest 64 or 32 bits
# must: be wrong
# sees: {pixels: "observed 18446744073709551628"}


def pixels(height, width):
    return height * width + 2**64


def total_pixels(shapes):
    return sum(a * b for a, b in shapes) + 2**32


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
