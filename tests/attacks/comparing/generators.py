# tries: return what gives its values only when it is asked, differently each time
# must: be refused, with what to return instead
# sees: {pixels: "a generator", total_pixels: "a map object", blurred: "a zip object", caption: "a filter object", layer_table: "class of its own"}


class Lazy:
    def __getitem__(self, index):
        return 12

    def __len__(self):
        return 2

    def __iter__(self):
        while True:
            yield 12


def pixels(height, width):
    while True:
        yield height * width


def total_pixels(shapes):
    return map(len, shapes)


def blurred(image):
    return zip(*image)


def caption(text):
    return filter(None, text)


def layer_table(sizes):
    return Lazy()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
