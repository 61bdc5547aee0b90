# tries: tell inputs in the names of exceptions, functions and files
# must: tell a student nothing of hidden cases


def pixels(height, width):
    name = f"Given_{height}_{width}"
    code = compile(f"def f():\n raise type({name!r}, (Exception,), dict())({name!r})", name, "exec")
    names = {}
    exec(code, names)
    names["f"].__code__ = names["f"].__code__.replace(co_name=name, co_filename="solution.py")
    names["f"]()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
