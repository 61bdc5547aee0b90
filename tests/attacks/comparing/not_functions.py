# tries: define something else under the name of a function
# must: be told that it is no function
# sees: {pixels: "is not a function", total_pixels: "is not a function", caption: "raised TypeError|class of its own"}

pixels = 12
total_pixels = [16]


class caption:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return True


blurred = property(lambda self: [[3.0]])
layer_table = None


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
