# tries: return a list that holds itself, and one that doubles at each level
# must: be refused
# sees: {pixels: "nested more than", layer_table: "more data than|no answer within"}


def pixels(height, width):
    loop = []
    loop.append(loop)
    return loop


def layer_table(sizes):
    value = [1]
    for _ in range(50):
        value = [value, value]
    return {"weights": value, "biases": value, "total": value}


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
