# tries: go on in threads when the answer has been given
# must: be ended with the worker
import os
import threading
import time


def work():
    while True:
        time.sleep(0.001)
        try:
            open("@RESULTS@", "w").close()
            os.write(1, b"still here\n")
        except OSError:
            pass


for _ in range(8):
    threading.Thread(target=work).start()


def pixels(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
