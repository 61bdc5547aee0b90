# tries: put HTML into an exception's name and message
# must: be shown as text
# sees: {pixels: "raised"}

MARKUP = "</code><script>alert(1)</script><img src=x onerror=alert(1)>"


def pixels(height, width):
    raise type(MARKUP, (ValueError,), {})(MARKUP)


def caption(text):
    raise Exception("'\"><script>alert(1)</script>", MARKUP)


raise RuntimeError(MARKUP)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
