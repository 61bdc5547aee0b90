# tries: import the grader and mark itself
# must: find nothing there that marks
import grader

try:
    from grader.marking import compare
except ImportError:
    pass
else:
    compare.compare = lambda **both: True

grader.check("pixels")


def pixels(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
