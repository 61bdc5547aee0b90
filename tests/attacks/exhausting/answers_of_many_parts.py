# tries: answer with as many small objects as are allowed, each of them a dict
# must: be refused from some number on; the grader does not grow with it
# time: 25


def pixels(height, width):
    return [{} for _ in range(300_000)]


def total_pixels(shapes):
    return [[] for _ in range(300_000)]


def layer_table(sizes):
    return {"weights": [{} for _ in range(300_000)], "biases": [], "total": 0}


def caption(text):
    return [(number,) for number in range(200_000)]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
