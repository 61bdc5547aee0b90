# tries: answer with NaNs that carry a payload, and signalling ones
# must: be NaNs, which are no right answer
# sees: {pixels: "nan", blurred: "nan"}
import struct

import numpy as np


def pixels(height, width):
    return struct.unpack("<d", b"\x01\x02\x03\x04\x05\x06\xf0\x7f")[0]


def blurred(image):
    rows, columns = len(image) - 1, len(image[0]) - 1
    bits = np.full((rows, columns), 0x7FF0000000000001, dtype=np.uint64)
    return bits.view(np.float64)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
