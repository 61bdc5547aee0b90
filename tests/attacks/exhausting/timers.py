# tries: start timers and send itself signals without end
# must: be stopped by the clock
# sees: {pixels: "no answer within 1 s"}
# time: 8
import signal


def pixels(height, width):
    signal.signal(signal.SIGALRM, lambda *args: None)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    signal.signal(signal.SIGVTALRM, lambda *args: None)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0001, 0.0001)
    while True:
        signal.pause()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
