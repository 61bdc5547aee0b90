# tries: answer from a thread when other functions are asked
# must: be told from their answers
# time: 10
import os
import struct
import threading
import time

FRAME = b"t\x04\x00\x00\x00s\x08\x00\x00\x00returnedi\x01\x00\x0dl\x00\x00\x00\x00t\x00\x00\x00\x00"


def answer():
    for _ in range(200):
        time.sleep(0.0005)
        os.write(3, struct.pack("<16sQ", bytes(16), len(FRAME)) + FRAME)


def pixels(height, width):
    threading.Thread(target=answer, daemon=True).start()
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
