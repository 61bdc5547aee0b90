# tries: fill the disk with many files
# must: be stopped at the limit for all of them
# sees: {pixels: "stopped: it wrote more than|no answer within|raised"}
# time: 12


def pixels(height, width):
    number = 0
    while True:
        number += 1
        with open(f"mine{number}", "wb") as file:
            file.write(bytes(8 << 20))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
