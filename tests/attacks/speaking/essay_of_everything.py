# tries: hand in an essay of many parts, of wrong types, and of markup
# must: be shown to whoever marks it as text


def essay():
    return {
        "<script>": "alert(1)",
        1: ["not", "text"],
        "\x1b[2J": "\u202e",
        "long" * 100: "a " * 10**5,
        **{f"part {number}": "x" for number in range(1000)},
    }


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
