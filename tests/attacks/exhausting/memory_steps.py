# tries: take memory step by step
# must: be stopped at the limit and reported as that
# sees: {pixels: "out of memory at 256 MB"}


def pixels(height, width):
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
