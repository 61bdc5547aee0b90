# tries: reach the secret through links, other roots and descriptors of directories
# must: be refused on every way
import os

WAYS = [
    "/proc/self/root@SECRET@",
    "/proc/self/cwd/../../..@SECRET@",
    "//@SECRET@",
    "/proc/@GRADER@/root@SECRET@",
    "/proc/@LAUNCHER@/root@SECRET@",
    "/proc/1/root@SECRET@",
]


def read(path, folder=None):
    try:
        handle = os.open(path, os.O_RDONLY, dir_fd=folder)
        print(os.read(handle, 1000))
    except OSError as error:
        print(error)


def pixels(height, width):
    for way in WAYS:
        read(way)
    for make in (os.symlink, os.link):
        try:
            make("@SECRET@", "mine")
            read("mine")
        except OSError as error:
            print(error)
    for folder in ("/", os.path.dirname("@SECRET@")):
        try:
            os.chdir(folder)
            read(os.path.relpath("@SECRET@", folder))
            read(os.path.relpath("@SECRET@", folder), os.open(folder, os.O_PATH))
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
