# tries: keep a little more memory at each call, so that a later question lacks it
# must: cost its own question only
# time: 10

taken = []


def pixels(height, width):
    taken.append(bytearray(200 << 20))
    return 0


def caption(text):
    taken.append(bytearray(40 << 20))
    return ""


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
