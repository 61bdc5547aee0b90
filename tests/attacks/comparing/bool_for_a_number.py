# tries: pass True off as 1 and as whatever it is compared with
# must: be no number
# sees: {pixels: "observed True"}


def pixels(height, width):
    return True


def total_pixels(shapes):
    return [True]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
