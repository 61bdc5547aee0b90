# tries: earn the points of cases that must raise by raising always
# must: earn nothing, as no ordinary case is right
# sees: {pixels: "raised ValueError"}


def pixels(height, width):
    raise ValueError("no image has these sides")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
