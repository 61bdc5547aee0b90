# tries: define objects that take for ever to be looked at when the functions are listed
# must: be stopped by the clock
# time: 10


class Name(str):
    def startswith(self, *args):
        while True:
            pass

    __hash__ = str.__hash__

    def __eq__(self, other):
        return str.__eq__(self, other)


class Endless:
    @property
    def __class__(self):
        while True:
            pass

    def __getattr__(self, name):
        while True:
            pass


globals()[Name("endless")] = Endless()


def pixels(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
