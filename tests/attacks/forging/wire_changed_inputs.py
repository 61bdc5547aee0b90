# tries: claim to have changed arguments that there are not
# must: be no answer
# sees: {pixels: "not the answer", caption: "not the answer"}
import os
import struct
import sys


def reply(*positions):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    changed = b"t" + struct.pack("<I", len(positions))
    for position in positions:
        changed += b"i\x04\x00" + struct.pack("<i", position)
    payload = b"t\x04\x00\x00\x00s\x08\x00\x00\x00returnedi\x01\x00\x07l\x00\x00\x00\x00" + changed
    os.write(3, struct.pack("<16sQ", frame.f_locals["nonce"], len(payload)) + payload)


def pixels(height, width):
    reply(-(2**24) - 1, 2**24)


def caption(text):
    reply(2**30)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
