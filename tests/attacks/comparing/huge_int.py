# tries: return integers of a million digits, and ones just too long to be printed
# must: be refused or be wrong, and printed in time
# sees: {pixels: "more than 4,000 digits"}


def pixels(height, width):
    return 10**1_000_000


def total_pixels(shapes):
    return -(10**4_200)


def layer_table(sizes):
    return {"weights": [10**4_000] * 100, "biases": sizes[1:], "total": 10**300 + 1}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
