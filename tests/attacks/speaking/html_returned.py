# tries: put HTML into texts, keys and inside of lists
# must: be shown as text

MARKUP = "\"'></td><script>alert(1)</script><img src=x onerror=alert(1)>"


def pixels(height, width):
    return MARKUP


def total_pixels(shapes):
    return [MARKUP, {MARKUP: MARKUP}]


def caption(text):
    return MARKUP


def layer_table(sizes):
    return {"weights": [MARKUP], MARKUP: MARKUP, "total": {MARKUP: [MARKUP]}}


def essay():
    return f"My essay {MARKUP}"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
