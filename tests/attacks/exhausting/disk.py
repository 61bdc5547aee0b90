# tries: write until the disk is full
# must: be stopped at the limit for one file
# sees: {pixels: "raised OSError|raised|SIGXFSZ"}


def pixels(height, width):
    with open("mine", "wb") as file:
        while True:
            file.write(bytes(1 << 20))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
