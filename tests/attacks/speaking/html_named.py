# tries: put HTML into the names of functions, files and lines of its traceback
# must: be shown as text
# sees: {caption: "not defined"}

MARKUP = "<script>alert(1)</script>"


def pixels(height, width):
    names = {}
    exec(compile("\n" * 9 + "def f():\n    raise ValueError", "solution.py", "exec"), names)
    names["f"].__code__ = names["f"].__code__.replace(co_name=MARKUP, co_qualname=MARKUP)
    names["f"]()


globals()["captio<script>alert(1)</script>"] = lambda text: ""
globals()["captiom\x1b[2J"] = lambda text: ""


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
