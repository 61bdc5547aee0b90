# tries: take back its own limits
# must: be refused, or be of no use
# sees: {pixels: "out of memory"}
import resource


def pixels(height, width):
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            for most in (resource.RLIM_INFINITY, 1 << 40):
                try:
                    resource.setrlimit(getattr(resource, name), (most, most))
                except (ValueError, OSError):
                    pass
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
