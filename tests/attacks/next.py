"""The submission that comes after every attack, and earns everything."""

import numpy as np


def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]


def pixels(height, width):
    if height < 1 or width < 1:
        raise ValueError("no image")
    return height * width


def total_pixels(shapes):
    return sum(pixels(height, width) for height, width in shapes)


def layer_table(sizes):
    weights = [a * b for a, b in zip(sizes, sizes[1:])]
    return {"weights": weights, "biases": sizes[1:], "total": sum(weights) + sum(sizes[1:])}


def blurred(image):
    image = np.array(image)
    return (image[:-1, :-1] + image[1:, :-1] + image[:-1, 1:] + image[1:, 1:]) / 4


def caption(text):
    return text.strip().capitalize()


def essay():
    return "Nothing has happened."
