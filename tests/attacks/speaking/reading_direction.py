# tries: turn the reading direction, so that a number reads as another one
# must: be spelled out


def pixels(height, width):
    print("score: \u202e86 fo 86\u202c \u2066\u2067\u200f\u200e\u061c")
    return "\u202e21"


def caption(text):
    return "\u202etac A\u202c"


def layer_table(sizes):
    return {"\u202esthgiew": [12, 6], "\u2067total": 23, "biases\u200f": [3, 2]}


def essay():
    return "An \u202eyasse\u202c on \u2066directions\u2069"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
