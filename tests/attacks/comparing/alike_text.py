# tries: return text that looks like the right one: other letters, invisible ones, composed ones
# must: be wrong
# sees: {caption: "observed"}


def caption(text):
    right = text.strip().capitalize()
    return "\u0410" + right[1:] if right == "A cat" else right + "\u200b"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
