# tries: answer with counts and shapes far beyond the bytes that follow
# must: be refused before anything is allocated
# sees: {pixels: "not the answer", caption: "not the answer", blurred: "not the answer"}
import os
import struct
import sys


def reply(payload):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    os.write(3, struct.pack("<16sQ", frame.f_locals["nonce"], len(payload)) + payload)


def pixels(height, width):
    reply(b"t\xff\xff\xff\xff")


def caption(text):
    reply(b"t\x04\x00\x00\x00s\x08\x00\x00\x00returned" + b"s\xff\xff\xff\xff" + b"abc")


def blurred(image):
    reply(
        b"t\x04\x00\x00\x00s\x08\x00\x00\x00returned"
        + b"af\x08\x02" + struct.pack("<QQ", 2**40, 2**40)
    )


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
