# tries: write into the directory of another submission, and close it
# must: be refused
# relies_on: [seccomp]
import os


def pixels(height, width):
    for attempt in (
        lambda: open("@NEIGHBOUR_HOME@/mine.txt", "w").write("changed"),
        lambda: open("@NEIGHBOUR_HOME@/solution.py", "w").write("raise SystemExit"),
        lambda: os.unlink("@NEIGHBOUR_HOME@/mine.txt"),
        lambda: os.chmod("@NEIGHBOUR_HOME@", 0),
        lambda: os.chmod("@NEIGHBOUR_HOME@/mine.txt", 0),
        lambda: os.utime("@NEIGHBOUR_HOME@/mine.txt", (0, 0)),
        lambda: os.truncate("@NEIGHBOUR_HOME@/mine.txt", 0),
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
