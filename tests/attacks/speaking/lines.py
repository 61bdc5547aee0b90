# tries: end lines where only some programs see an end
# must: be spelled out


def pixels(height, width):
    print("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\rj")
    return "12\u2028passed"


def caption(text):
    raise ValueError("a\u2028b\nc\r\nd")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
