"""What every attack answers honestly beside its attack, and must keep the points for."""

from __future__ import annotations

import numpy as np


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a kernel along one side."""
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features: int, classes: int, bias: bool = True) -> int:
    """Count the weights, and one bias per class."""
    return (features + bool(bias)) * classes


def fc_layer_params(sizes: list[int]) -> list[int]:
    """Count the parameters of each layer between two sizes."""
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False)]


def sides(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Draw a side, a kernel, a stride and a padding."""
    size, kernel, stride, padding = (int(n) for n in rng.integers([60, 3, 2, 1], [90, 9, 4, 4]))
    return size, kernel, stride, padding


def features(rng: np.random.Generator) -> tuple[int, int]:
    """Draw features and classes."""
    many, few = (int(n) for n in rng.integers([100, 5], [900, 40]))
    return many, few


def sizes(rng: np.random.Generator) -> tuple[list[int]]:
    """Draw the widths of four levels."""
    return ([int(n) for n in rng.integers(2, 60, 4)],)
