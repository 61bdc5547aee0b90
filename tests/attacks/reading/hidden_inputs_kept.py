# tries: keep every input and tell all of them wherever it gets a word in
# must: tell a student nothing of hidden cases
import atexit

kept = []


def pixels(height, width):
    kept.append((height, width))
    raise ValueError(f"I was given {kept}")


def caption(text):
    return str(kept)


def layer_table(sizes):
    print(kept)
    return {str(kept): kept}


def essay():
    return f"My essay on the inputs {kept}."


atexit.register(lambda: print(kept))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
