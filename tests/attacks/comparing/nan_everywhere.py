# tries: return NaN, which differs from everything and is never greater than a tolerance
# must: be wrong
# sees: {pixels: "nan", blurred: "nan|NaN"}


def pixels(height, width):
    return float("nan")


def total_pixels(shapes):
    return float("nan")


def layer_table(sizes):
    return {"weights": float("nan"), "biases": [float("nan")] * (len(sizes) - 1), "total": float("nan")}


def blurred(image):
    return [[float("nan")] * (len(row) - 1) for row in image[1:]]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
