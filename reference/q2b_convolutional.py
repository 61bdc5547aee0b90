"""Question 2b (iii, iv): the classifier on a feature map, and the whole convolutional network."""

from __future__ import annotations

from collections.abc import Callable

from reference.counts import whole_number
from reference.q2b_depth import conv_layers_needed
from reference.q2b_layer import conv_layer_params

__all__ = ["classifier_params", "conv_layer_params", "conv_layers_needed", "conv_network_params"]


def classifier_params(feature_shape: tuple[int, int, int], classes: int, bias: bool = True) -> int:
    """Count the parameters of a fully connected layer on a flattened feature map."""
    channels, height, width = feature_shape
    weights = channels * height * width * classes
    return weights + classes if bias else weights


def conv_network_params(
    image_shape: tuple[int, int, int],
    target: int,
    kernel_size: int,
    classes: int,
    *,
    conv_layer_params: Callable[..., int] = conv_layer_params,
    conv_layers_needed: Callable[..., int | None] = conv_layers_needed,
    classifier_params: Callable[..., int] = classifier_params,
) -> int:
    """Count the parameters of the whole network: its convolutional layers and its classifier."""
    channels, size, _ = image_shape
    layers = conv_layers_needed(size, target, kernel_size)
    if layers is None:
        raise ValueError(f"no number of layers takes size {size} to {target}")
    total = whole_number(classifier_params((channels, target, target), classes))
    if whole_number(layers) > 0:
        per_layer = whole_number(conv_layer_params(channels, channels, kernel_size))
        total += whole_number(layers) * per_layer
    return total
