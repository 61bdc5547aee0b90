# tries: use the nonce of an earlier request again
# must: be no answer
# sees: {pixels: "not the answer"}
import os
import struct
import sys

FRAME = b"t\x04\x00\x00\x00s\x08\x00\x00\x00returnedi\x01\x00\x0dl\x00\x00\x00\x00t\x00\x00\x00\x00"
nonces = []


def pixels(height, width):
    frame = sys._getframe()
    while type(frame.f_locals.get("nonce")) is not bytes:
        frame = frame.f_back
    nonces.append(frame.f_locals["nonce"])
    os.write(3, struct.pack("<16sQ", nonces[0][::-1], len(FRAME)) + FRAME)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
