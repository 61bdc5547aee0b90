"""Question 3b, step by step: the canvas of a transposed convolution after some of its steps.

One step is one entry of the image: it adds that entry times the kernel to the canvas, which is
as large from the beginning as it is in the end. The entries come in row-major order, that is row
by row and from left to right, with stride 1 and nothing cropped. In an image of width w the step
number s (counted from 0) therefore handles

    image[i, j]   with   i = s // w   and   j = s % w,

and the kernel's upper left corner comes to lie on canvas[i, j]. After 0 steps there are only
zeros; after as many steps as the image has entries, it is the transposed convolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from reference.matrices import (
    Matrix,
    covered,
    draw_matrix,
    draw_one,
    draw_real_matrix,
    draw_sides,
    matrix_from,
    rounding_tolerance,
)
from reference.q3_properties import (  # noqa: F401  config.yaml names them
    last_step_is_the_whole,
    steps_add_one_copy_each,
    steps_begin_with_zeros,
)


def transposed_conv2d_steps(
    image: Matrix,
    kernel: Matrix,
    steps: int,
    *,
    transposed_conv2d: Callable[..., object] | None = None,
) -> Matrix:
    """Add up the copies of the kernel for the first `steps` entries of the image.

    Args:
        image: the input, one channel.
        kernel: the weights, used as they stand.
        steps: how many entries have been handled, row by row.
        transposed_conv2d: another function that does all steps; after the last one the canvas
            is the transposed convolution of question 3b.

    >>> transposed_conv2d_steps(np.array([[1, 2, 3]]), np.array([[1, 10]]), 2)
    array([[ 1, 12, 20,  0]])
    """
    if transposed_conv2d is not None and steps == image.size:
        return matrix_from(transposed_conv2d(image, kernel))
    height = image.shape[0] + kernel.shape[0] - 1
    width = image.shape[1] + kernel.shape[1] - 1
    canvas: Matrix = np.zeros((height, width), dtype=np.result_type(image, kernel))
    for step in range(steps):
        i, j = divmod(step, image.shape[1])
        canvas[i : i + kernel.shape[0], j : j + kernel.shape[1]] += image[i, j] * kernel
    return canvas


def rounding_bound(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Bound the rounding of every cell; see `rounding_tolerance`.

    As if all steps were done: a wrong answer that does others has cells that rounded, too, where
    the right one has zeros, and is to be recognised in float32 all the same.
    """
    magnitude = transposed_conv2d_steps(np.abs(image), np.abs(kernel), image.size)
    return rounding_tolerance(image, kernel, magnitude)


# --------------------------------------------------------------------------- hidden inputs

OBLONG_KERNELS = ((2, 3), (3, 2), (2, 4), (4, 2))


def first_row(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """The steps end within the first row of the image."""
    image, kernel = _oblong(rng, 4, 6)
    return image, kernel, int(rng.integers(2, image.shape[1]))


def later_rows(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """The steps end within a later row, neither at its beginning nor at its end."""
    image, kernel = _oblong(rng, 3, 6)
    height, width = image.shape
    done = int(rng.integers(1, height - 1)) * width
    return image, kernel, done + int(rng.integers(1, width))


def whole_rows(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """The steps end with a row, but not with the last one."""
    image, kernel = _oblong(rng, 3, 5)
    height, width = image.shape
    return image, kernel, int(rng.integers(1, height)) * width


def square_matrices(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Image and kernel are both square, so that only the order can be confused."""
    side = int(rng.integers(3, 5))
    kernel = draw_matrix(rng, *draw_one(rng, ((2, 2), (3, 3))))
    return draw_matrix(rng, side, side), kernel, int(rng.integers(side + 1, 2 * side))


def all_steps(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Every entry has been handled."""
    image, kernel = _oblong(rng, 3, 5)
    return image, kernel, image.size


def single_steps(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Only the first entry has been handled; the kernel may be larger than the image."""
    return draw_matrix(rng, *draw_sides(rng, 2, 4)), draw_matrix(rng, 3, 2), 1


def one_entry_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """A kernel of a single entry only scales the entries handled so far."""
    height, width = draw_sides(rng, 3, 5)
    image = draw_matrix(rng, height, width)
    return image, draw_matrix(rng, 1, 1), int(rng.integers(width + 1, 2 * width))


def real_images(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Real entries under a kernel of whole numbers."""
    image, kernel, steps = later_rows(rng)
    return draw_real_matrix(rng, *image.shape), kernel, steps


def real_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Whole entries under a kernel of real numbers."""
    image, kernel, steps = later_rows(rng)
    return image, draw_real_matrix(rng, *kernel.shape), steps


def _oblong(rng: np.random.Generator, least: int, most: int) -> tuple[Matrix, Matrix]:
    """Draw an image with sides in the given range and a kernel, neither of them square."""
    image = draw_matrix(rng, *draw_sides(rng, least, most))
    return image, draw_matrix(rng, *draw_one(rng, OBLONG_KERNELS))


# --------------------------------------------------------------------------- wrong answers
# Each is a formula without guards; its docstring is what the student is asked. Most are those
# of question 3b, seen after some of the steps.


def _zeros(image: Matrix, kernel: Matrix) -> Matrix:
    """A canvas of the right size."""
    sides = np.add(image.shape, kernel.shape) - 1
    return np.zeros(sides, dtype=np.result_type(image, kernel))


def _places(image: Matrix) -> list[tuple[int, int]]:
    """The indices of all entries, row by row."""
    return [(i, j) for i in range(image.shape[0]) for j in range(image.shape[1])]


def _added(image: Matrix, kernel: Matrix, places: Iterable[tuple[int, int]]) -> Matrix:
    """The canvas after the entries at these places have been handled."""
    canvas = _zeros(image, kernel)
    for i, j in places:
        covered(canvas, i, j, kernel)[:] += image[i, j] * kernel
    return canvas


def one_step_short(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Which entries of the image have been handled after one step? And after none?"""
    return _added(image, kernel, _places(image)[: max(steps - 1, 0)])


def one_step_too_many(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """How many copies of the kernel lie on your canvas after one step? And after none?"""
    return _added(image, kernel, _places(image)[: steps + 1])


def one_step_beyond_the_last(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """How many copies of the kernel lie on your canvas after one step? And which entry would come
    after the last one?"""
    places = [divmod(step, image.shape[1]) for step in range(steps + 1)]
    return _added(image, kernel, places)  # fails where all steps are asked for


def steps_ignored(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """What does your function do with its third argument?"""
    return _added(image, kernel, _places(image))


def latest_copy_only(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """What becomes of the copies that earlier steps have placed?"""
    return _added(image, kernel, _places(image)[max(steps - 1, 0) : steps])


# G15: the first step only
def first_copy_only(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """You have placed the first copy of the kernel. How many are there after two steps?"""
    return _added(image, kernel, _places(image)[: min(steps, 1)])


def rows_counted(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """What is one step: one row of the image, or one of its entries?"""
    return _added(image, kernel, _places(image)[: steps * image.shape[1]])


def column_by_column(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Which entry of the image comes second, in row-major order?"""
    places = [(i, j) for j in range(image.shape[1]) for i in range(image.shape[0])]
    return _added(image, kernel, places[:steps])


def last_entries_first(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """With which entry of the image do the steps begin?"""
    return _added(image, kernel, _places(image)[::-1][:steps])


def rows_as_long_as_columns(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """After how many steps does the second row begin when the image is not square?"""
    return _added(image, kernel, [divmod(step, image.shape[0]) for step in range(steps)])


# G1: the kernel turned by half a turn
def kernel_rotated(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """With a 1 as the first entry, the first step should place a copy of the kernel. Is it one,
    or is it turned?"""
    return _added(image, kernel[::-1, ::-1], _places(image)[:steps])


# G11: kernel.T
def kernel_transposed(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """What does the name of the operation say is transposed: really the kernel's matrix?"""
    return _added(image, kernel.T, _places(image)[:steps])


# G10, with the canvas to match: image.T
def image_transposed(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Which entry of the image scales the copy of the kernel at the upper right?"""
    return _added(image.T, kernel, _places(image.T)[:steps])


def output_transposed(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Your numbers are right, but which index of the output runs over rows?"""
    return _added(image, kernel, _places(image)[:steps]).T


# G2: canvas[…] = image[i, j] * kernel
def overlaps_overwritten(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """What should happen to a cell that two copies of the kernel cover?"""
    canvas = _zeros(image, kernel)
    for i, j in _places(image)[:steps]:
        covered(canvas, i, j, kernel)[:] = image[i, j] * kernel
    return canvas


# G16: overlaps averaged
def overlaps_averaged(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Overlapping contributions are added. Are they averaged?"""
    places = _places(image)[:steps]
    copies = _added(np.ones_like(image), np.ones_like(kernel), places)
    average: Matrix = _added(image, kernel, places) / np.maximum(copies, 1)
    return average


# G4: np.kron(image, kernel)
def copies_side_by_side(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """By how many cells does the copy of the kernel move when j grows by one?"""
    handled = np.arange(image.size).reshape(image.shape) < steps
    return np.kron(image * handled, kernel)


# G5: convolve2d(…, "same")
def as_large_as_the_image(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """A transposed convolution without padding makes the map larger. By how much?"""
    top, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    canvas = _added(image, kernel, _places(image)[:steps])
    return canvas[top : top + image.shape[0], left : left + image.shape[1]]


# G8: size image + kernel
def one_cell_too_large(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """How long is the output for two entries and a kernel of length 2, worked out by hand?"""
    return np.pad(_added(image, kernel, _places(image)[:steps]), (0, 1))


# G9: the canvas has height and width exchanged
def canvas_sides_exchanged(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Which of your canvas's sides is its height? Try an image that is not square."""
    canvas: Matrix = np.zeros_like(_zeros(image, kernel).T)
    for i, j in _places(image)[:steps]:
        covered(canvas, i, j, kernel)[:] += image[i, j] * kernel
    return canvas


def canvas_grows(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """How large is the canvas before the first step?"""
    canvas = _added(image, kernel, _places(image)[:steps])
    rows = -(-steps // image.shape[1])
    if rows == 0:
        return canvas[:0, :0]
    columns = min(steps, image.shape[1])
    return canvas[: rows + kernel.shape[0] - 1, : columns + kernel.shape[1] - 1]


# conv2d and conv_transpose2d of torch, whose batch and channel were not taken away again
def batch_and_channel_kept(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """Your values are right. How many axes has the result, and how many were asked for? What does
    torch put in front of height and width?"""
    return transposed_conv2d_steps(image, kernel, steps)[np.newaxis, np.newaxis]
