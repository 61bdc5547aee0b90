# tries: say by __class__, and by a metaclass, that it is an int
# must: be what it is
# sees: {pixels: "class of its own", caption: "class of its own"}


class Pretends:
    @property
    def __class__(self):
        return int

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class Meta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, other):
        return True

    def mro(cls):
        return [cls, object]

    __mro__ = (str, object)

    def __getattribute__(cls, name):
        return (str, object) if name == "__mro__" else super().__getattribute__(name)


class Text(metaclass=Meta):
    def __str__(self):
        return "A cat"


def pixels(height, width):
    return Pretends()


def caption(text):
    return Text()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
