"""q2b_i gives every slice of a filter a bias of its own; all that builds on it is right."""

import numpy as np


def task_table():
    return {
        "image_classification": {
            "annotation": "class per image",
            "output": "class scores",
            "granularity": "image",
        },
        "object_detection": {
            "annotation": "box and class per object",
            "output": "boxes with class scores",
            "granularity": "object",
            "separates_instances": True,
        },
        "semantic_segmentation": {
            "annotation": "class per pixel",
            "output": "class scores per pixel",
            "granularity": "pixel",
            "separates_instances": False,
        },
        "instance_segmentation": {
            "annotation": "mask and class per object",
            "output": "masks with class scores",
            "granularity": "pixel",
            "separates_instances": True,
        },
    }


def output_shapes(task, height, width, classes, objects):
    shapes = {
        "image_classification": {"scores": (classes,)},
        "object_detection": {"boxes": (objects, 4), "scores": (objects, classes)},
        "semantic_segmentation": {"scores": (classes, height, width)},
        "instance_segmentation": {
            "masks": (objects, height, width),
            "scores": (objects, classes),
        },
    }
    if task not in shapes:
        raise ValueError(f"unknown task {task!r}")
    return shapes[task]


def similarities_and_differences():
    return (
        "All four tasks start from the same image and share a convolutional backbone that turns "
        "pixels into features. They differ in what is said about the image: one label for all of "
        "it, a labelled rectangle for every object, a label for every pixel, or a labelled "
        "region for every single object, which joins the last two."
    )


def applications():
    return {
        "image_classification": "A plant app that names the species in a photograph of a leaf.",
        "object_detection": "A camera at a crossing that finds every car and cyclist and draws a box.",
        "semantic_segmentation": "A satellite map in which every pixel is marked as water, forest or field.",
        "instance_segmentation": "A microscope that outlines every single cell so that they can be counted.",
    }


def fc_layer_params(sizes, bias=True):
    if any(size < 1 for size in sizes):
        raise ValueError("sizes must be positive")
    return [n_in * n_out + (n_out if bias else 0) for n_in, n_out in zip(sizes, sizes[1:])]


def fc_network_params(image_shape, hidden_divisor, classes):
    pixels = int(np.prod(image_shape))
    if pixels % hidden_divisor:
        raise ValueError("the input size is not divisible")
    return sum(fc_layer_params([pixels, pixels // hidden_divisor, classes]))


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError("the kernel is larger than the padded input")
    return (size - kernel_size + 2 * padding) // stride + 1


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    kh, kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    if min(in_channels, out_channels, kh, kw) < 1:
        raise ValueError("all sizes must be positive")
    return in_channels * out_channels * (kh * kw + (1 if bias else 0))


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    layers, seen = 0, set()
    grows = 2 * padding >= kernel_size
    while size != target:
        if size in seen or (size < target and not grows) or (grows and stride == 1 and size > target):
            return None
        seen.add(size)
        try:
            size = conv_output_size(size, kernel_size, stride, padding)
        except ValueError:
            return None
        layers += 1
    return layers


def classifier_params(feature_shape, classes, bias=True):
    return fc_layer_params([int(np.prod(feature_shape)), classes], bias)[0]


def conv_network_params(image_shape, target, kernel_size, classes):
    channels, size, _ = image_shape
    layers = conv_layers_needed(size, target, kernel_size)
    if layers is None:
        raise ValueError("the target size is never reached")
    total = classifier_params((channels, target, target), classes)
    if layers:
        total += layers * conv_layer_params(channels, channels, kernel_size)
    return total


def cross_correlate2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    kh, kw = kernel.shape
    rows = conv_output_size(image.shape[0], kh, stride, padding)
    cols = conv_output_size(image.shape[1], kw, stride, padding)
    result = np.zeros((rows, cols), dtype=np.result_type(image, kernel))
    for i in range(rows):
        for j in range(cols):
            patch = padded[i * stride : i * stride + kh, j * stride : j * stride + kw]
            result[i, j] = np.sum(patch * kernel)
    return result


def transposed_conv2d(image, kernel, stride=1, padding=0):
    (h, w), (kh, kw) = image.shape, kernel.shape
    full = np.zeros(((h - 1) * stride + kh, (w - 1) * stride + kw), np.result_type(image, kernel))
    for i in range(h):
        for j in range(w):
            full[i * stride : i * stride + kh, j * stride : j * stride + kw] += image[i, j] * kernel
    rows, cols = full.shape
    if min(rows, cols) <= 2 * padding:
        raise ValueError("nothing is left after cropping")
    return full[padding : rows - padding, padding : cols - padding]


def transposed_conv2d_steps(image, kernel, steps):
    kept = np.where(np.arange(image.size).reshape(image.shape) < steps, image, 0)
    return transposed_conv2d(kept, kernel)


def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
    layers = conv_layers_needed(size, latent, kernel_size)
    if layers is None:
        raise ValueError("the latent size is never reached")
    if layers and not widths:
        raise ValueError("layers are needed, but there are no widths")
    params = []
    for layer in range(layers):
        out_channels = widths[min(layer, len(widths) - 1)]
        params.append(conv_layer_params(in_channels, out_channels, kernel_size))
        in_channels = out_channels
    return params


def encoder_params(size, latent, in_channels, widths, kernel_size=3):
    return sum(encoder_layer_params(size, latent, in_channels, widths, kernel_size))
