# tries: fetch something by the library's modules
# must: be refused
# sees: {pixels: "raised"}
import urllib.request


def pixels(height, width):
    return urllib.request.urlopen("http://127.0.0.1:@TCP@/", timeout=1).read()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
