# tries: give every key twice, once right and once wrong
# must: be refused
# sees: {layer_table: "two keys that are equal|not asked for"}


class Key(str):
    def __eq__(self, other):
        return self is other

    __hash__ = str.__hash__


def layer_table(sizes):
    table = {}
    for value in (0, 23):
        table[Key("total")] = value
        table[Key("weights")] = [12, 6]
        table[Key("biases")] = [3, 2]
    return table


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
