"""What the questions on two-dimensional arrays share: their type, their tolerance, their draws.

An image and a kernel are matrices: two-dimensional arrays of int64 or float64, rows first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Matrix: TypeAlias = np.ndarray[Any, np.dtype[Any]]

FLOAT32_ROUNDOFF = 2.0**-24  # the greatest relative error of one float32 operation
FLOAT64_EPSILON = 2.0**-52


def rounding_tolerance(image: Matrix, kernel: Matrix, magnitude: Matrix) -> Matrix:
    """Bound what float32 may do to each cell of a result, and an FFT in float64.

    A cell is a sum of at most n = kernel.size products, so whatever the order of summation its
    value has gone through n - 1 additions, one multiplication and the rounding of both factors.
    That is n + 1 relative errors of at most u = 2**-24, one more for good measure, and each is
    relative to a partial sum that the sum of absolute products bounds: (n + 2) * u * magnitude.

    An FFT mixes all cells: each receives noise in proportion to the whole image, even a cell
    where nothing is summed. In float64 that stays below (n + 2) * 2**-52 * sum(|image|) *
    max(|kernel|). With entries up to 9 both terms together are far below 1, the smallest
    mistake there can be between integers.

    Args:
        image: the input.
        kernel: the weights.
        magnitude: the operation applied to |image| and |kernel|; it gives the result's shape.
    """
    operations = kernel.size + 2
    noise = FLOAT64_EPSILON * np.abs(image).sum() * np.abs(kernel).max()
    tolerance: Matrix = operations * (FLOAT32_ROUNDOFF * magnitude + noise)
    return tolerance


def matrix_from(value: object) -> Matrix:
    """Read what a step returned as a matrix.

    In follow-through the step is a student's own function. Nested lists are as good as an array;
    anything that is no finite matrix of real numbers is refused.

    Raises:
        ValueError: if it is anything else.

    >>> matrix_from([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    problem = ValueError("a step must return a matrix of finite real numbers")
    if not isinstance(value, np.ndarray | list | tuple):
        raise problem
    try:
        matrix = np.asarray(value)
    except (ValueError, OverflowError) as error:  # rows of different lengths, say
        raise problem from error
    if matrix.ndim != 2 or matrix.dtype.kind not in "iuf" or not np.isfinite(matrix).all():
        raise problem
    return matrix


def covered(canvas: Matrix, top: int, left: int, kernel: Matrix) -> Matrix:
    """Give the cells under a copy of the kernel, as a part of the canvas that can be changed."""
    return canvas[top : top + kernel.shape[0], left : left + kernel.shape[1]]


def draw_matrix(rng: np.random.Generator, height: int, width: int) -> Matrix:
    """Draw whole entries from -9 to 9, none of them 0.

    Up to nine cells all absolute values differ, so that the matrix equals none of its flips and
    transposes and no two of its entries can be exchanged unnoticed.
    """
    cells = height * width
    sizes = rng.permutation(9)[:cells] if cells <= 9 else rng.integers(0, 9, cells)
    signs = rng.choice((-1, 1), cells)
    entries: Matrix = (signs * (sizes + 1)).reshape(height, width).astype(np.int64)
    return entries


def draw_real_matrix(rng: np.random.Generator, height: int, width: int) -> Matrix:
    """Draw real entries: those of `draw_matrix`, each moved by 0.1 to 0.4 towards 0."""
    entries = draw_matrix(rng, height, width)
    moved: Matrix = entries - np.sign(entries) * rng.uniform(0.1, 0.4, entries.shape)
    return moved


def draw_sides(rng: np.random.Generator, least: int, most: int) -> tuple[int, int]:
    """Draw a height and a width that differ."""
    height, width = rng.permutation(np.arange(least, most + 1))[:2]
    return int(height), int(width)


def draw_one(rng: np.random.Generator, options: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Draw one of several pairs of numbers."""
    return options[int(rng.integers(len(options)))]
