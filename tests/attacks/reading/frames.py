# tries: read the variables of its callers, of all threads, and of a traceback
# must: find the request that it was given and nothing more
import inspect
import sys
import traceback


def pixels(height, width):
    frame = sys._getframe()
    while frame is not None:
        print({name: repr(value)[:500] for name, value in frame.f_locals.items()})
        print(sorted(frame.f_globals)[:100])
        frame = frame.f_back
    for frame in sys._current_frames().values():
        print(frame)
    try:
        raise ValueError
    except ValueError as error:
        print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    for record in inspect.stack():
        print(record.code_context)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
