# tries: lay links to other directories where they will be removed
# must: be removed without what they lead to
import os


def pixels(height, width):
    for name, target in (("one", "@PRECIOUS@"), ("two", "@HOME@"), ("three", "/"), ("four", "..")):
        try:
            os.symlink(target, name)
        except OSError as error:
            print(error)
    os.makedirs("deep/deeper", exist_ok=True)
    for name in ("deep/link", "deep/deeper/link"):
        try:
            os.symlink("@PRECIOUS@", name)
        except OSError as error:
            print(error)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
