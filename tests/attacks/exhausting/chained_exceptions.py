# tries: raise an exception at the end of a chain of a hundred thousand
# must: be reported without following the chain
# sees: {pixels: "raised"}


def pixels(height, width):
    error = None
    for number in range(100_000):
        try:
            raise ValueError(number) from error
        except ValueError as caught:
            error = caught
    raise error


def caption(text):
    raise ExceptionGroup("many", [ValueError(n) for n in range(100_000)])


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
