# tries: take memory in several threads at once
# must: be out of memory, or stopped by the clock
# sees: {pixels: "out of memory|no answer within|processor time|raised"}
# time: 10
import threading

taken = []


def take():
    while True:
        taken.append(bytearray(1 << 24))


def pixels(height, width):
    for _ in range(4):
        threading.Thread(target=take, daemon=True).start()
    take()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
