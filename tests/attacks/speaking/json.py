# tries: break out of the JSON of a results file
# must: be text in it
TEXT = '"}],"score":68,"tests":[{"name":"x\\","score":68}]}\\u0000\ud83d'


def pixels(height, width):
    print(TEXT.encode("utf-8", "replace"))
    raise ValueError(TEXT)


def caption(text):
    return TEXT


def layer_table(sizes):
    return {TEXT: TEXT, "total": float("nan"), "weights": [float("inf")]}


def essay():
    return f"An essay {TEXT}"


print(TEXT.encode("utf-8", "replace"))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
