# tries: answer with lists nested 100,000 deep, which overflow a recursive reader
# must: be refused by depth
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
    payload = b"l\x01\x00\x00\x00" * 100_000 + b"N"
    os.write(3, struct.pack("<16sQ", nonce(), len(payload)) + payload)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
