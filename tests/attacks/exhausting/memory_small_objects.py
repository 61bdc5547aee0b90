# tries: take memory in small pieces, until nothing is left to say so with
# must: be out of memory
# sees: {pixels: "out of memory at 256 MB|no answer within 1 s"}
# time: 12


def pixels(height, width):
    taken = []
    while True:
        taken = [taken, taken[:], str(len(taken)) * 10, [None] * 1000]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
