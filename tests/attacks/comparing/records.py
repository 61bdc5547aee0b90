# tries: return records and proxies in the place of dicts and lists
# must: be refused, or read as the tuples that they are
# sees: {layer_table: "class of its own|expected a dict"}
import collections
import dataclasses
import types
import weakref

Table = collections.namedtuple("Table", "weights biases total")


@dataclasses.dataclass
class Layer:
    weights: list
    biases: list
    total: int


class Holder(list):
    pass


holder = Holder([12, 6])


def layer_table(sizes):
    return Table([12, 6], [3, 2], 23)


def pixels(height, width):
    return Layer([12], [6], 23)


def blurred(image):
    return weakref.proxy(holder)


def caption(text):
    return types.SimpleNamespace(text="A cat")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
