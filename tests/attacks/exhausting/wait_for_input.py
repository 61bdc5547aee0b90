# tries: wait for input, a lock, a child and a signal that never come
# must: be told that there is no input, or be stopped by the clock
# sees: {pixels: "raised EOFError", caption: "no answer within 1 s"}
# time: 10
import threading


def pixels(height, width):
    return int(input())


def caption(text):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
