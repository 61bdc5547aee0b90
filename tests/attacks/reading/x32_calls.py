# tries: make system calls of x32, which have the same numbers with a bit set
# must: be ended on the spot
# sees: {pixels: "the process ended: SIG"}
# needs: [x86_64]
# relies_on: [seccomp]
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def pixels(height, width):
    libc.syscall(0x40000000 + 41, 2, 1, 0)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
