# tries: return views of memory by every protocol that knows such views
# must: be refused
# sees: {pixels: "an object of type memoryview", caption: "an object of type array", layer_table: "class of its own"}
import array
import ctypes


def pixels(height, width):
    return memoryview(b"\x0c")


def caption(text):
    return array.array("u", "A cat")


def layer_table(sizes):
    return (ctypes.c_int * 2)(12, 6)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
