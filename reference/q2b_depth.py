"""Question 2b (ii): how many convolutional layers in a row take an image to a given size."""

from __future__ import annotations

from collections.abc import Callable

from reference.counts import whole_number
from reference.q2b_layer import conv_output_size


def conv_layers_needed(
    size: int,
    target: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    *,
    conv_output_size: Callable[..., int] = conv_output_size,
) -> int | None:
    """Count the layers that take `size` exactly to `target`; None if none ever do."""
    layers = 0
    while size != target:
        if kernel_size > size + 2 * padding:
            return None
        following = whole_number(conv_output_size(size, kernel_size, stride, padding))
        if abs(following - target) >= abs(size - target):
            return None
        size = following
        layers += 1
    return layers
