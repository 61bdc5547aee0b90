# tries: send half of a reply and end
# must: be an end without an answer
# sees: {pixels: "exit code 0"}
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
    os.write(3, struct.pack("<16sQ", nonce(), 1000) + b"t\x04\x00\x00\x00s\x08\x00\x00\x00return")
    os._exit(0)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
