# tries: return counts as complex numbers with an imaginary part of zero
# must: be wrong
# sees: {pixels: "complex|j"}


def pixels(height, width):
    return complex(height * width)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
