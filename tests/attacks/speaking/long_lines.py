# tries: bury the report below text without end
# must: be cut
# time: 10


def pixels(height, width):
    print("a" * 10**6)
    raise ValueError("b" * 10**6)


def caption(text):
    return "c" * 10**6


def layer_table(sizes):
    return {"k" * 10**5: "v" * 10**5, "weights": ["w" * 10**5] * 10}


def essay():
    return "word " * 10**5


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
