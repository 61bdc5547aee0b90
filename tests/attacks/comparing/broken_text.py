# tries: return text that no encoding can hold
# must: be wrong, and shown
# sees: {caption: "observed"}


def caption(text):
    return "\ud800\udc00\ud800 A cat \x00\x1b\udfff"


def layer_table(sizes):
    return {"\ud800": 1, "weights\x00": [], "total": "\udfff"}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
