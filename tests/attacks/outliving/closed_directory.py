# tries: leave files in a way that nobody can remove them
# must: be removed
import os


def pixels(height, width):
    os.makedirs("a/b/c", exist_ok=True)
    for path in ("a/b/c/file", "a/b/file", "a/\x01\n\x1b[2J", "a/-rf", "a/" + "\udcff"):
        try:
            open(path, "w").close()
        except OSError:
            pass
    for path, mode in (("a/b/c/file", 0), ("a/b/c", 0), ("a/b", 0), ("a", 0), (".", 0)):
        try:
            os.chmod(path, mode)
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
