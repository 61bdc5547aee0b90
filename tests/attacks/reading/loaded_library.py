# tries: load a library of its own making, and run machine code
# must: be confined like any other code
import ctypes
import mmap
import os


def pixels(height, width):
    with open("mine.so", "wb") as file:
        file.write(b"\x7fELF" + bytes(200))
    try:
        ctypes.CDLL(os.path.abspath("mine.so"))
    except OSError as error:
        print(error)
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE, prot=7)
    page.write(b"\xc3")
    libc = ctypes.CDLL(None)
    libc.open.restype = ctypes.c_int
    handle = libc.open(b"@SECRET@", 0)
    buffer = ctypes.create_string_buffer(1000)
    libc.read(handle, buffer, 1000)
    print(buffer.raw)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
