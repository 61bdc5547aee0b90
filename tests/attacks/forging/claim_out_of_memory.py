# tries: claim, through the worker's own words, to be out of memory or to be missing
# must: earn as little as the truth
import os
import struct
import sys


def reply(payload):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    os.write(3, struct.pack("<16sQ", frame.f_locals["nonce"], len(payload)) + payload)
    os._exit(0)


def pixels(height, width):
    reply(b"t\x01\x00\x00\x00s\x06\x00\x00\x00memory")


def caption(text):
    reply(b"t\x02\x00\x00\x00s\x07\x00\x00\x00missingl\x00\x00\x00\x00")


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
