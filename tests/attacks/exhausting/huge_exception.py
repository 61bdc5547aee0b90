# tries: raise an exception with a message of a hundred million characters
# must: be kept in part
# sees: {pixels: "raised ValueError|out of memory"}


def pixels(height, width):
    raise ValueError("a" * 10**8)


def caption(text):
    raise type("E" * 10**6, (ValueError,), {})("m" * 10**6)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
