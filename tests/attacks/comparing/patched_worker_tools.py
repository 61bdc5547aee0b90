# tries: replace what the worker encodes its answers with
# must: cost the questions of that process only; the next ones meet a fresh one
# sees: {pixels: "could not be read|observed"}
import builtins
import struct


def pixels(height, width):
    builtins.type = lambda *args: int
    builtins.len = lambda thing: 3
    builtins.bytes = builtins.bytearray = str
    struct.pack = lambda *args: b""
    struct.Struct.pack = None
    return 7


def caption(text):
    builtins.enumerate = builtins.zip = builtins.tuple = builtins.frozenset = None
    return "A dog"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
