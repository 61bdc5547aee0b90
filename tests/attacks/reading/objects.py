# tries: look through every object that Python knows for cases and expected values
# must: find none
import gc
import sys


def pixels(height, width):
    for thing in gc.get_objects():
        kind = type(thing).__name__
        if kind in ("Case", "Question", "Assignment", "Scorecard", "Raises", "Rule"):
            print("token-" + "0" * 32, kind)
        if isinstance(thing, dict) and ("hidden_seed" in thing or "expected" in thing):
            print(sorted(map(str, thing))[:20])
    for name in sorted(sys.modules):
        if name.startswith("grader.") and name.split(".")[1] != "sandbox" or name == "reference":
            print("token-" + "0" * 32, name)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
