# tries: announce as much as is allowed and send it byte by byte, for ever
# must: be stopped by the clock
# sees: {pixels: "no answer within 1 s|not the answer"}
# time: 8
import os
import struct
import sys
import time


def nonce():
    frame = sys._getframe()
    while frame is not None:
        if type(frame.f_locals.get("nonce")) is bytes:
            return frame.f_locals["nonce"]
        frame = frame.f_back
    return bytes(16)


def pixels(height, width):
    os.write(3, struct.pack("<16sQ", nonce(), 20 << 20))
    while True:
        os.write(3, b"a")
        time.sleep(0.01)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
