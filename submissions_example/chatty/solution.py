"""Right, but it prints, warns, asks for input and tests itself on the way."""
import logging
import sys
import warnings

import numpy as np
import a_package_that_is_not_there

print("loading my solution ...")
warnings.warn("this is going to be fine")
name = input("your name: ")
assert 1 == 2, "a check of my own that fails"


def traced(function):
    def wrapper(*args, **kwargs):
        print("calling", function.__name__, args)
        result = function(*args, **kwargs)
        print("it gave", result, file=sys.stderr)
        logging.warning("done with %s", function.__name__)
        return result

    return wrapper


@traced
def conv_output_size(size, kernel_size, stride=1, padding=0):
    warnings.warn("deprecated")
    if kernel_size > size + 2 * padding:
        raise ValueError("kernel larger than the padded input")
    return np.int64((size - kernel_size + 2 * padding) // stride + 1)


@traced
def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    kernel = np.broadcast_to(kernel_size, 2)
    if min(in_channels, out_channels, *kernel) < 1:
        raise ValueError("at least one of each")
    return np.prod(kernel) * in_channels * out_channels + out_channels * bias


print("my own test:", conv_layer_params(3, 3, 7))
sys.exit("goodbye")


@traced
def classifier_params(feature_shape, classes, bias=True):
    return np.prod(feature_shape) * classes + classes * np.int64(bias)


if __name__ == "__main__":
    raise RuntimeError("this block must not run")
