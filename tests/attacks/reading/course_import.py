# tries: import the reference and the part of the grader that knows the cases
# must: find neither
# control: seal
import sys

sys.path.insert(0, "@SOURCE@")
for path in ("/autograder/source", ".", "..", "/"):
    sys.path.append(path)


def pixels(height, width):
    for name in ("reference.targets", "reference", "grader.assignment", "targets"):
        try:
            module = __import__(name, fromlist=["x"])
            print(module.__doc__, module.__file__)
        except Exception as error:
            print(error)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
