# tries: catch that memory is out, and go on
# must: be stopped by some limit; later questions find memory again
# time: 10

taken = []


def pixels(height, width):
    while True:
        try:
            taken.append(bytearray(1 << 24))
        except MemoryError:
            pass


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
