# tries: change a list from a thread while it is read, to be one thing and pass for another
# must: be some wrong value
import threading

table = {"weights": [12, 6], "biases": [3, 2], "total": 0}


def change():
    for number in range(10**9):
        table["total"] = number
        table["weights"] = [number] * (number % 5)
        table.pop("x", None)
        table["x"] = number


def layer_table(sizes):
    threading.Thread(target=change, daemon=True).start()
    return table


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
