# I only managed part 2b; one name is not quite right


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError
    return (size + 2 * padding - kernel_size) // stride + 1


def conv_layer_parameters(in_channels, out_channels, kernel_size, bias=True):
    return out_channels * (in_channels * kernel_size**2 + bias)


def classifier_params(feature_shape, classes, bias=True):
    c, h, w = feature_shape
    return (c * h * w + bias) * classes
