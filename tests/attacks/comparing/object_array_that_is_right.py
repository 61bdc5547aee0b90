# tries: return right numbers in an array of objects
# must: be read as the numbers, and earn what they earn
# earns: {blurred: 10}
import numpy as np


def blurred(image):
    image = np.array(image)
    mean = (image[:-1, :-1] + image[1:, :-1] + image[:-1, 1:] + image[1:, 1:]) / 4
    return mean.astype(object)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
