# tries: never come back from code that is not Python, and lets nothing interrupt it
# must: be stopped by the clock
# sees: {pixels: "no answer within 1 s"}
# time: 8


def pixels(height, width):
    return sum(range(10**15))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
