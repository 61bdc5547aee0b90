# tries: read from every descriptor that it finds open, from the start
# must: find no file of the grader's
import os


def pixels(height, width):
    for descriptor in range(4, 1024):
        try:
            os.lseek(descriptor, 0, 0)
            print(os.read(descriptor, 1000))
        except OSError:
            pass
        try:
            print(os.readlink(f"/proc/self/fd/{descriptor}"), os.listdir(descriptor))
        except OSError:
            pass
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
