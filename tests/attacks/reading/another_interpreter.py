# tries: start a program that is not confined
# must: be refused
import os
import subprocess
import sys


def pixels(height, width):
    for attempt in (
        lambda: subprocess.run([sys.executable or "python3", "-c", "print(open('@SECRET@').read())"]),
        lambda: subprocess.check_output(["/bin/cat", "@SECRET@"]),
        lambda: os.popen("cat @SECRET@").read(),
        lambda: os.system("cat @SECRET@ >&2"),
        lambda: os.posix_spawn("/bin/cat", ["cat", "@SECRET@"], {}),
        lambda: os.execv("/bin/cat", ["cat", "@SECRET@"]),
    ):
        try:
            print(attempt())
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
