# tries: send a pickle, and names of classes, for a careless reader to make objects of
# must: be no answer
# sees: {pixels: "not the answer"}
import os
import pickle
import struct
import sys


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/@MARK@",)


def nonce():
    frame = sys._getframe()
    while frame is not None:
        if type(frame.f_locals.get("nonce")) is bytes:
            return frame.f_locals["nonce"]
        frame = frame.f_back
    return bytes(16)


def pixels(height, width):
    payload = pickle.dumps(Bomb())
    os.write(3, struct.pack("<16sQ", nonce(), len(payload)) + payload)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
