# tries: map private memory, which is not the interpreter's
# must: be out of memory
# sees: {pixels: "out of memory|raised OSError"}
import mmap


def pixels(height, width):
    taken = []
    while True:
        taken.append(mmap.mmap(-1, 1 << 24, flags=mmap.MAP_PRIVATE))
        taken[-1][:] = b"a" * (1 << 24)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
