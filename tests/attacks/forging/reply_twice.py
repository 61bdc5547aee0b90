# tries: give two replies to one request, the second one to count for the next request
# must: count neither for the next one
import os
import struct
import sys

FRAME = b"t\x04\x00\x00\x00s\x08\x00\x00\x00returnedi\x01\x00\x0dl\x00\x00\x00\x00t\x00\x00\x00\x00"


def pixels(height, width):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    reply = struct.pack("<16sQ", frame.f_locals["nonce"], len(FRAME)) + FRAME
    os.write(3, reply)
    return 0


def caption(text):
    return "12"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
