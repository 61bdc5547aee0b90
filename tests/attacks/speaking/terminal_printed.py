# tries: steer the terminal: clear it, set its title, write to its clipboard, ask it questions
# must: be spelled out
import sys

STEERS = (
    "\x1b[2J\x1b[H\x1b[31mred\x1b]0;title\x07\x1b]52;c;c2NvcmU=\x07\x1b[6n\x1bc\x1b[?1049h"
    "\x9b2J\x90q\x9c\x08\x08\x08\x0bover\r100 of 100\x00\x7f\x85\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"
)


def pixels(height, width):
    print(STEERS)
    print(STEERS, file=sys.stderr)
    return 0


def caption(text):
    return STEERS


def layer_table(sizes):
    raise ValueError(STEERS)


def essay():
    return f"An essay {STEERS}"


print(STEERS)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
