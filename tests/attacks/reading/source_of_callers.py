# tries: read the source of whatever called it, by inspect and linecache
# must: find the sandbox at most, which holds no secret
import inspect
import linecache
import sys


def pixels(height, width):
    frame = sys._getframe()
    while frame is not None:
        try:
            print(inspect.getsource(frame)[:3000])
        except OSError as error:
            print(error)
        frame = frame.f_back
    print(list(linecache.cache))
    linecache.checkcache()
    for name in ("config.yaml", "@SOURCE@/config.yaml", "@SECRET@"):
        print(linecache.getlines(name))
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
