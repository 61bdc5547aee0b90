# tries: attach to the grader, the launcher and its neighbours as a debugger
# must: be refused, and leave nobody stopped
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def pixels(height, width):
    for process in ("@GRADER@", "@LAUNCHER@", "@SIBLING@", "@NEIGHBOUR@", os.getppid()):
        for request in (16, 0x4206):  # attach, seize
            if libc.ptrace(request, int(process), None, None) == 0:
                print("token-" + "0" * 32)
    libc.ptrace(0, 0, None, None)  # be traced by the parent
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
