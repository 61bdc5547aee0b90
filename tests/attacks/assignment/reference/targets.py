"""What the attacks want points for without earning them. targets-reference-seal-c41d90b7"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def pixels(height: int, width: int) -> int:
    """Multiply the sides."""
    if height < 1 or width < 1:
        raise ValueError(f"no image has the sides {height} and {width}")
    return height * width


def rim(height: int, width: int) -> int:
    """Have you counted the rim?"""
    return 2 * (height + width)


def total_pixels(
    shapes: list[tuple[int, int]], *, pixels: Callable[[int, int], int] = pixels
) -> int:
    """Add up the pixels of several images."""
    return sum(pixels(height, width) for height, width in shapes)


def layer_table(sizes: list[int]) -> dict[str, int | list[int]]:
    """List weights and biases of each layer, and the sum of all."""
    weights = [a * b for a, b in zip(sizes, sizes[1:], strict=False)]
    return {"weights": weights, "biases": sizes[1:], "total": sum(weights) + sum(sizes[1:])}


def blurred(image: list[list[float]]) -> np.ndarray:
    """Average every two by two cells."""
    pixels = np.array(image, dtype=float)
    return (pixels[:-1, :-1] + pixels[1:, :-1] + pixels[:-1, 1:] + pixels[1:, 1:]) / 4


def caption(text: str) -> str:
    """Trim a text and begin it with a capital."""
    return text.strip().capitalize()


def sides(rng: np.random.Generator) -> tuple[int, int]:
    """Draw the sides of an image."""
    height, width = (int(n) for n in rng.integers(70_000, 90_000, 2))
    return height, width


def several_sides(rng: np.random.Generator) -> tuple[list[list[int]]]:
    """Draw the sides of three images."""
    return ([list(sides(rng)) for _ in range(3)],)


def layer_sizes(rng: np.random.Generator) -> tuple[list[int]]:
    """Draw the widths of four levels."""
    return ([int(n) for n in rng.integers(2, 60, 4)],)


def images(rng: np.random.Generator) -> tuple[list[list[float]]]:
    """Draw a small image."""
    return (rng.integers(0, 256, (4, 5)).astype(float).tolist(),)


def captions(rng: np.random.Generator) -> tuple[str]:
    """Draw a text of three letters between spaces."""
    return ("  " + "".join(chr(97 + int(n)) for n in rng.integers(0, 26, 3)) + " ",)
