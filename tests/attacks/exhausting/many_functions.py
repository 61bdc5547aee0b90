# tries: define a hundred thousand functions with long names
# must: be listed in part
# time: 10

for number in range(100_000):
    globals()[f"pixels_{number}" + "a" * 300] = lambda: 0


def pixel(height, width):
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
