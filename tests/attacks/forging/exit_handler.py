# tries: write results and print a score when the process ends
# must: never run, since a worker is killed
import atexit
import json


@atexit.register
def last_words():
    with open("@RESULTS@", "w") as file:
        json.dump({"score": 68}, file)
    open("/tmp/@MARK@", "w").close()


def pixels(height, width):
    raise SystemExit


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
