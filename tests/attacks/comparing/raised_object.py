# tries: return an exception where one must be raised, and raise a value where one must be returned
# must: be neither
# earns: {pixels: 0}
# sees: {pixels: "class of its own|raised StopIteration|an object"}


def pixels(height, width):
    if height < 1:
        return ValueError("no rows")
    raise StopIteration(height * width)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
