# tries: never come back
# must: be stopped by the clock; two such cases are enough
# sees: {pixels: "no answer within 1 s(.|\n)*timed out twice"}
# time: 8


def pixels(height, width):
    while True:
        pass


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
