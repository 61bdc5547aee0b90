# tries: offer many values under many keys, in the hope that the right one is looked up
# must: be told that they were not asked for
# sees: {layer_table: "not asked for"}


def layer_table(sizes):
    table = {"weights": [12, 6], "biases": [3, 2], "total": 23}
    table.update((number, number) for number in range(10_000))
    return table


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
