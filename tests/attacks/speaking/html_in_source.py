# tries: put HTML into lines that are quoted, because they fail
# must: be shown as text
# sees: {loaded: "SyntaxError"}

1 / 0, "<script>alert(1)</script><img src=x onerror=alert(1)>"
import no_such_module_of_mine; "</pre><script>alert(1)</script>"


def pixels(height, width):
    return 1 / 0  # <script>alert(1)</script><img src=x onerror=alert(1)>


def broken(:  # <script>alert(1)</script>
    pass


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
