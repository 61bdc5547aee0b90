# tries: leave the file by sys.exit(0) at its top
# must: be reported with its line while the rest of the file counts
# sees: {loaded: "SystemExit"}
import sys

sys.exit(0)


def pixels(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
