# tries: announce a reply of 2**63 bytes
# must: be refused before one byte of it is waited for
# sees: {pixels: "not the answer"}
import os
import struct
import sys


def nonce():
    frame = sys._getframe()
    while frame is not None:
        if type(frame.f_locals.get("nonce")) is bytes:
            return frame.f_locals["nonce"]
        frame = frame.f_back
    return bytes(16)


def pixels(height, width):
    os.write(3, struct.pack("<16sQ", nonce(), 2**63))
    os.write(3, b"i\x01\x00\x07")
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
