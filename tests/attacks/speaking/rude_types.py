# tries: speak through the names of types, notes and groups of exceptions
# must: be told in the grader's words, or be shown as text


class Passed(ValueError):
    def __str__(self):
        return "<b>68 / 68</b>"


Passed.__name__ = Passed.__qualname__ = "Passed: 10 / 10\n\x1b[2J<script>"
Passed.__module__ = "grader"


def pixels(height, width):
    error = Passed()
    error.__notes__ = ["<script>alert(1)</script>\x1b[2J"]
    raise error


def caption(text):
    return Passed()


def layer_table(sizes):
    made = type("dict<script>", (dict,), {})()
    made["total"] = type("int\x1b[2J", (int,), {})(5)
    return made


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
