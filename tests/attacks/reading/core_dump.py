# tries: leave an image of memory, or have a program of the system's take one
# must: leave none
# sees: {pixels: "SIG"}
import faulthandler
import os
import resource
import signal


def pixels(height, width):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    except (ValueError, OSError) as error:
        print(error)
    faulthandler.enable()
    os.kill(os.getpid(), signal.SIGQUIT)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
