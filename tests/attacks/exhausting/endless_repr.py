# tries: return and raise objects that take for ever to be written or compared
# must: be refused unseen
# sees: {pixels: "class of its own", caption: "raised|no answer within"}
# time: 10


class Endless:
    def __repr__(self):
        while True:
            pass

    __str__ = __eq__ = __hash__ = __len__ = __bool__ = __repr__


class EndlessError(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def pixels(height, width):
    return Endless()


def caption(text):
    raise EndlessError


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
