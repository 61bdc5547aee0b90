# tries: use characters that cannot be seen, and ones that pile up on others
# must: be spelled out, or be harmless


def pixels(height, width):
    print("a\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u115f\u2800\U000e0041b")
    return "\ufeff12"


def caption(text):
    return "A\u00ad cat\u3164"


def layer_table(sizes):
    return {"weights" + "\u0335" * 500: "Z\u0351\u036b" * 300, "total\u200b": 23}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
