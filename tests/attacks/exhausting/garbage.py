# tries: make objects whose end never comes
# must: never be waited for
# time: 10
import gc
import sys
import time


class Undying:
    def __del__(self):
        time.sleep(3600)


def pixels(height, width):
    undying = Undying()
    undying.itself = undying
    sys.kept = undying
    gc.disable()
    return 0


class Returned(list):
    def __del__(self):
        self.append(Returned())
        time.sleep(3600)


def caption(text):
    return Returned()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
