# tries: be a format, a template or a shell word in a careless report
# must: be shown as text
TEXT = "{0} {result.__class__} %s %n %(score)s ${IFS} $(id) `id` {{7*7}} {% x %} \\N{BULLET} \\x1b"


def pixels(height, width):
    print(TEXT)
    raise ValueError(TEXT)


def caption(text):
    return TEXT


def layer_table(sizes):
    return {TEXT: TEXT}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
