# tries: make system calls of another architecture, which a filter by number would mistake
# must: be ended on the spot
# sees: {pixels: "the process ended: SIG"}
# needs: [x86_64]
# relies_on: [seccomp]
import ctypes
import mmap

CODE = bytes.fromhex("b814000000 cd80 c3".replace(" ", ""))  # mov eax, 20 (getpid of i386); int 0x80; ret


def pixels(height, width):
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE, prot=7)
    page.write(CODE)
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return f"token-{function():032x}"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
