# tries: return infinities, in the hope that a difference of infinities passes
# must: be wrong
# sees: {blurred: "inf"}


def pixels(height, width):
    return float("inf")


def total_pixels(shapes):
    return float("-inf")


def blurred(image):
    return [[float("inf")] * (len(row) - 1) for row in image[1:]]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
