"""Problem set 3, with torch: the layers are built on the meta device and their parameters counted."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def count(module):
    return sum(p.numel() for p in module.parameters())


def task_table():
    rows = {
        "image_classification": ("class per image", "class scores", "image", "not asked"),
        "object_detection": ("box and class per object", "boxes with class scores", "object", True),
        "semantic_segmentation": ("class per pixel", "class scores per pixel", "pixel", False),
        "instance_segmentation": ("mask and class per object", "masks with class scores", "pixel", True),
    }
    columns = ("annotation", "output", "granularity", "separates_instances")
    return {task: dict(zip(columns, row)) for task, row in rows.items()}


def output_shapes(task, height, width, classes, objects):
    match task:
        case "image_classification":
            return {"scores": torch.empty(classes, device="meta").shape}
        case "object_detection":
            return {"boxes": (objects, 4), "scores": (objects, classes)}
        case "semantic_segmentation":
            return {"scores": (classes, height, width)}
        case "instance_segmentation":
            return {"masks": (objects, height, width), "scores": (objects, classes)}
    raise ValueError("no such task")


def similarities_and_differences():
    return (
        "Every task scores classes with features of a shared backbone. Classification pools the "
        "positions away. The others keep them: detection regresses rectangles, semantic "
        "segmentation scores each position, and instance segmentation does so per object."
    )


def applications():
    return {
        "image_classification": "Deciding whether an X-ray of a lung shows pneumonia or not.",
        "object_detection": "Finding every traffic sign in the picture of a dashboard camera.",
        "semantic_segmentation": "Measuring how much of an aerial photograph is covered by trees.",
        "instance_segmentation": "Cutting single people out of a group photograph for an album.",
    }


def fc_layer_params(sizes, bias=True):
    if any(s < 1 for s in sizes):
        raise ValueError("sizes must be at least 1")
    layers = [nn.Linear(a, b, bias=bias, device="meta") for a, b in zip(sizes, sizes[1:])]
    return [count(layer) for layer in layers]


def fc_network_params(image_shape, hidden_divisor, classes):
    n = math.prod(image_shape)
    if n % hidden_divisor:
        raise ValueError("not divisible")
    hidden = n // hidden_divisor
    network = nn.Sequential(
        nn.Flatten(),
        nn.Linear(n, hidden, device="meta"),
        nn.ReLU(),
        nn.Linear(hidden, classes, device="meta"),
    )
    return torch.tensor(count(network))


def conv_output_size(size, kernel_size, stride=1, padding=0):
    if kernel_size > size + 2 * padding:
        raise ValueError("kernel too large")
    return (size + 2 * padding - kernel_size) // stride + 1


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    ks = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,)
    if min(in_channels, out_channels, *ks) < 1:
        raise ValueError("everything must be at least 1")
    return count(nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias, device="meta"))


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    seen = []
    while size != target and size not in seen and len(seen) < 5000:
        seen.append(size)
        if kernel_size > size + 2 * padding:
            return None
        size = conv_output_size(size, kernel_size, stride, padding)
    return len(seen) if size == target else None


def classifier_params(feature_shape, classes, bias=True):
    return count(nn.Linear(math.prod(feature_shape), classes, bias=bias, device="meta"))


def conv_network_params(image_shape, target, kernel_size, classes):
    channels, size, _ = image_shape
    layers = conv_layers_needed(size, target, kernel_size)
    if layers is None:
        raise ValueError("target not reached")
    convs = [nn.Conv2d(channels, channels, kernel_size, device="meta") for _ in range(layers)]
    head = nn.Linear(channels * target * target, classes, device="meta")
    return count(nn.Sequential(*convs, nn.Flatten(), head))


def _four(array):
    return torch.as_tensor(array, dtype=torch.float32)[None, None]


def cross_correlate2d(image, kernel, stride=1, padding=0):
    if any(k > n + 2 * padding for k, n in zip(kernel.shape, image.shape)):
        raise ValueError("kernel too large")
    weight = _four(kernel).requires_grad_()
    return F.conv2d(_four(image), weight, stride=stride, padding=padding)[0, 0]


def transposed_conv2d(image, kernel, stride=1, padding=0):
    if any((n - 1) * stride - 2 * padding + k < 1 for n, k in zip(image.shape, kernel.shape)):
        raise ValueError("nothing left")
    weight = nn.Parameter(_four(kernel))
    return F.conv_transpose2d(_four(image), weight, stride=stride, padding=padding)[0, 0]


def transposed_conv2d_steps(image, kernel, steps):
    kept = torch.zeros(image.shape, dtype=torch.float64).flatten()
    kept[:steps] = torch.as_tensor(image).flatten()[:steps]
    return transposed_conv2d(kept.reshape(image.shape), kernel)


def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
    layers = conv_layers_needed(size, latent, kernel_size)
    if layers is None:
        raise ValueError("latent not reached")
    if layers and not widths:
        raise ValueError("no widths")
    channels = [in_channels, *widths, *[widths[-1]] * layers][: layers + 1] if layers else []
    return [conv_layer_params(a, b, kernel_size) for a, b in zip(channels, channels[1:])]


def encoder_params(size, latent, in_channels, widths, kernel_size=3):
    return torch.tensor(encoder_layer_params(size, latent, in_channels, widths, kernel_size), dtype=torch.int64).sum()
