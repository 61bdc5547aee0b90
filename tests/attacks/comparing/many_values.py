# tries: return as many values as are allowed, all of them different
# must: be compared and shown in bounded time and memory
# sees: {layer_table: "no value|more data|no answer within", blurred: "expected|more data|no answer within"}
# time: 25


def layer_table(sizes):
    return {number: [number] for number in range(30_000)}


def blurred(image):
    return [[float(number)] for number in range(50_000)]


def caption(text):
    return text * 2_000_000


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
