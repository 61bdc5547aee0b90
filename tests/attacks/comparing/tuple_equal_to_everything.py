# tries: return tuples that lie about their length and items
# must: be the tuples that they hold


class Always(tuple):
    def __eq__(self, other):
        return True

    __hash__ = tuple.__hash__

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([[3.0]])

    def __getitem__(self, index):
        return [3.0]


def layer_table(sizes):
    return {"weights": Always(), "biases": Always(), "total": 0}


def blurred(image):
    return Always([Always([7.0])])


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
