# tries: make a file of many terabytes out of nothing
# must: be stopped at the limit for one file
# sees: {pixels: "raised OSError|File too large|SIGXFSZ"}


def pixels(height, width):
    with open("mine", "wb") as file:
        file.truncate(1 << 50)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
