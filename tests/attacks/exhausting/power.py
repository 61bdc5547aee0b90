# tries: compute a power that has more digits than there is memory
# must: be stopped by the clock or by the limit of memory
# sees: {pixels: "no answer within|out of memory"}
# time: 10


def pixels(height, width):
    return 3 ** (10**9)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
