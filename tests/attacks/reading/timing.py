# tries: learn by the clock how the grader compares what it returned
# must: learn nothing, since it is compared elsewhere and later
import time

times = []


def pixels(height, width):
    times.append(time.perf_counter_ns())
    print([b - a for a, b in zip(times, times[1:])])
    return height


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
