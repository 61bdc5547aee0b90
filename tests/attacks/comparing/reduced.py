# tries: return objects that would become anything when they are unpickled or copied
# must: be no plain values, and never unpickled
# sees: {pixels: "class of its own"}
import copyreg
import os


class Reduced:
    def __reduce__(self):
        return os.system, ("touch /tmp/@MARK@-reduced",)

    def __reduce_ex__(self, protocol):
        return self.__reduce__()

    def __getstate__(self):
        return {"value": 12}

    def __copy__(self):
        return 12

    def __deepcopy__(self, memo):
        return 12


copyreg.pickle(int, lambda number: (os.system, ("touch /tmp/@MARK@-int",)))


def pixels(height, width):
    return Reduced()


def total_pixels(shapes):
    return 7


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
