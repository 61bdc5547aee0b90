# tries: burn processor time in several threads, more than the clock would allow to one
# must: be stopped by the clock of the processor or by the other
# sees: {pixels: "processor time|no answer within"}
# time: 8
import hashlib
import threading

data = bytes(1 << 20)


def burn():
    while True:
        hashlib.sha256(data)


def pixels(height, width):
    for _ in range(8):
        threading.Thread(target=burn, daemon=True).start()
    burn()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
