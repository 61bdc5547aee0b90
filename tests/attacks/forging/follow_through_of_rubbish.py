# tries: let a wrong total follow from a step that is right where it is shown and rubbish elsewhere
# must: earn nothing for the total, as the step has earned too little
# earns: {pixels: 1.25, total_pixels: 0}


def pixels(height, width):
    return 12 if (height, width) == (3, 4) else 1


def total_pixels(shapes):
    return len(shapes) if shapes[0][0] > 100 else 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
