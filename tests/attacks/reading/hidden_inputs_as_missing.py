# tries: vanish, and tell inputs in the names of functions that are similar to its own
# must: tell a student nothing of hidden cases


def pixels(height, width):
    globals().pop("pixels", None)
    globals()[f"pixels_{height}_{width}"] = pixels
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
