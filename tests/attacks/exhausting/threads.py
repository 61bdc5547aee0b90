# tries: start threads without end
# must: be stopped at a number; nobody else is short of them
# time: 10
import threading
import time

started = 0


def pixels(height, width):
    global started
    while True:
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        started += 1


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
