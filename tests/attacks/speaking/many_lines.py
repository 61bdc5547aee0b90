# tries: bury the report below lines without end
# must: be cut
# time: 10


def pixels(height, width):
    print("\n" * 10**5)
    raise ValueError("line\n" * 10**5)


def caption(text):
    return "c\n" * 10**5


def blurred(image):
    return [[float(row)] for row in range(5000)]


def essay():
    return "word\n" * 10**4


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
