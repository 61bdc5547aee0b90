"""Question 3b: transposed convolution, which makes a map larger.

Every entry of the image puts a copy of the kernel, scaled by that entry, onto a canvas of zeros;
where copies overlap they add up. Neighbouring copies stand `stride` cells apart:

    canvas[i·stride + a, j·stride + b] += image[i, j] * kernel[a, b]

Along a side of n entries and a kernel of k, in cells: the last copy begins at (n − 1)·stride and
ends k further on, so the canvas measures (n − 1)·stride + k. Then `padding` cells are taken away
at both ends: it undoes the padding of the convolution that this operation transposes, hence

    output size = (n − 1)·stride − 2·padding + k.

"Transposed" refers to the matrix of that convolution, as a linear map from one map to the other;
neither the image nor the kernel is transposed, and nothing is inverted.
"""

from __future__ import annotations

from collections.abc import Callable

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
    transposed_copies_the_kernel,
    transposed_has_its_size,
    transposed_is_linear_in_the_image,
    transposed_is_linear_in_the_kernel,
    transposed_keeps_the_sum,
    transposed_refuses_to_crop_everything,
)


def transposed_conv2d(
    image: Matrix,
    kernel: Matrix,
    stride: int = 1,
    padding: int = 0,
    *,
    transposed_conv2d_steps: Callable[..., object] | None = None,
) -> Matrix:
    """Add up copies of the kernel, one for each entry of the image, and crop the border.

    Args:
        image: the input, one channel.
        kernel: the weights, used as they stand; it may be larger than the image.
        stride: cells from one copy to the next, down and across.
        padding: rows and columns taken away from the result, on every side.
        transposed_conv2d_steps: another function that does all steps (stride 1, no padding);
            the last step of question 3b_steps is the same matrix.

    Raises:
        ValueError: if cropping leaves nothing.

    >>> transposed_conv2d(np.array([[1, 2]]), np.array([[1, 10]]))
    array([[ 1, 12, 20]])
    """
    if transposed_conv2d_steps is not None and stride == 1 and padding == 0:
        return matrix_from(transposed_conv2d_steps(image, kernel, image.size))
    height = (image.shape[0] - 1) * stride + kernel.shape[0]
    width = (image.shape[1] - 1) * stride + kernel.shape[1]
    if min(height, width) <= 2 * padding:
        raise ValueError(f"padding={padding} leaves nothing of {height} by {width} cells")
    canvas: Matrix = np.zeros((height, width), dtype=np.result_type(image, kernel))
    for i, j in np.ndindex(image.shape):
        top, left = i * stride, j * stride
        canvas[top : top + kernel.shape[0], left : left + kernel.shape[1]] += image[i, j] * kernel
    return canvas[padding : height - padding, padding : width - padding]


def rounding_bound(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Bound the rounding of every cell of the result; see `rounding_tolerance`."""
    magnitude = transposed_conv2d(np.abs(image), np.abs(kernel), stride, padding)
    return rounding_tolerance(image, kernel, magnitude)


# --------------------------------------------------------------------------- hidden inputs

OBLONG_KERNELS = ((2, 3), (3, 2), (2, 4), (4, 2))
SQUARE_KERNELS = ((2, 2), (3, 3))


def oblong_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Neither the image nor the kernel is square; stride 1, nothing cropped."""
    return _oblong(rng, OBLONG_KERNELS)


def square_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Image and kernel are both square, so that only the entries can be confused."""
    side = int(rng.integers(3, 6))
    return draw_matrix(rng, side, side), draw_matrix(rng, *draw_one(rng, SQUARE_KERNELS))


def strides(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Copies stand 2 or 3 cells apart: they may overlap, touch, or leave gaps."""
    image, kernel = _oblong(rng, OBLONG_KERNELS + SQUARE_KERNELS)
    return image, kernel, int(rng.integers(2, 4))


def paddings(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """One or two rows and columns are cropped, on every side."""
    image, kernel = _oblong(rng, OBLONG_KERNELS + SQUARE_KERNELS, least=4)
    return image, kernel, 1, int(rng.integers(1, 3))


def strides_and_paddings(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """Both at once."""
    image, kernel = _oblong(rng, OBLONG_KERNELS)
    return image, kernel, *draw_one(rng, ((2, 1), (3, 1), (3, 2)))


def narrow_results(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """Cropping leaves a single row, or a single column."""
    image, kernel = draw_matrix(rng, 2, int(rng.integers(3, 6))), draw_matrix(rng, 2, 3)
    if rng.random() < 0.5:
        image, kernel = image.T.copy(), kernel.T.copy()
    return image, kernel, 1, 1


def real_images(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Real entries under a kernel of whole numbers."""
    image, kernel = _oblong(rng, OBLONG_KERNELS)
    return draw_real_matrix(rng, *image.shape), kernel


def real_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """Whole entries under a kernel of real numbers, as in interpolation."""
    image, kernel = _oblong(rng, OBLONG_KERNELS)
    return image, draw_real_matrix(rng, *kernel.shape), 2


def large_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """A kernel larger than the image, down and across."""
    return draw_matrix(rng, *draw_sides(rng, 1, 2)), draw_matrix(rng, 3, 3)


def one_entry_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """A kernel of a single entry only scales the image."""
    return _oblong(rng, ((1, 1),))


def _oblong(
    rng: np.random.Generator, kernels: tuple[tuple[int, int], ...], least: int = 3
) -> tuple[Matrix, Matrix]:
    """Draw an oblong image and a kernel, such that their sizes add up to an oblong output."""
    while True:
        height, width = draw_sides(rng, least, 6)
        kernel_height, kernel_width = draw_one(rng, kernels)
        if height + kernel_height != width + kernel_width:
            image = draw_matrix(rng, height, width)
            return image, draw_matrix(rng, kernel_height, kernel_width)


# --------------------------------------------------------------------------- wrong answers
# Each is a formula without guards; its docstring is what the student is asked.


def _zeros(image: Matrix, kernel: Matrix, stride: int = 1) -> Matrix:
    """A canvas of the right size."""
    height = (image.shape[0] - 1) * stride + kernel.shape[0]
    width = (image.shape[1] - 1) * stride + kernel.shape[1]
    return np.zeros((height, width), dtype=np.result_type(image, kernel))


def _scatter(image: Matrix, kernel: Matrix, stride: int = 1) -> Matrix:
    """The right canvas, nothing cropped."""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[i, j] * kernel
    return canvas


def _crop(canvas: Matrix, padding: int) -> Matrix:
    height, width = canvas.shape
    return canvas[padding : max(padding, height - padding), padding : max(padding, width - padding)]


# G1: correlate2d(image, kernel, "full")
def kernel_rotated(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """With a single 1 in the image, your output should be a copy of the kernel. Is it, or is it
    turned?"""
    return _crop(_scatter(image, kernel[::-1, ::-1], stride), padding)


# G2: canvas[…] = image[i, j] * kernel
def overlaps_overwritten(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What should happen to a cell that two copies of the kernel cover?"""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape):
        covered(canvas, i * stride, j * stride, kernel)[:] = image[i, j] * kernel
    return _crop(canvas, padding)


# G3: canvas[i : j + height, …]
def row_range_ends_at_column(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Which loop variable ends the range of rows?"""
    canvas = _zeros(image, kernel, stride)
    height, width = kernel.shape
    for i, j in np.ndindex(image.shape):
        top, left = i * stride, j * stride
        canvas[top : left + height, left : left + width] += image[i, j] * kernel
    return _crop(canvas, padding)


# G4: np.kron(image, kernel)
def copies_side_by_side(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """By how many cells does the copy of the kernel move when j grows by one?"""
    return _crop(np.kron(image, kernel), padding)


# G5: convolve2d(image, kernel, "same")
def as_large_as_the_image(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """A transposed convolution without padding makes the map larger. By how much?"""
    top, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    height, width = ((side - 1) * stride + 1 for side in image.shape)
    full = _scatter(image, kernel, stride)
    return _crop(full[top : top + height, left : left + width], padding)


# G6: correlate2d(image, kernel, "valid")
def cross_correlation_instead(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Your output is smaller than the image. Which direction should this operation go?"""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    sums: Matrix = (windows[::stride, ::stride] * kernel).sum(axis=(2, 3))
    return sums


# G7: loops end one early
def last_row_and_column_left_out(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Do the last row and the last column of the image contribute?"""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape[0] - 1, image.shape[1] - 1):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[i, j] * kernel
    return _crop(canvas, padding)


# G8: size image + kernel
def one_cell_too_large(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """How long is the output for two entries and a kernel of length 2, worked out by hand?"""
    return _crop(np.pad(_scatter(image, kernel, stride), (0, 1)), padding)


# G9: the canvas has height and width exchanged
def canvas_sides_exchanged(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Which of your canvas's sides is its height? Try an image that is not square."""
    canvas: Matrix = np.zeros_like(_zeros(image, kernel, stride).T)
    for i, j in np.ndindex(image.shape):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[i, j] * kernel
    return _crop(canvas, padding)


# G10: image[j, i]
def image_indices_exchanged(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """When you read the image, in which order do the two indices stand?"""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[j, i] * kernel
    return _crop(canvas, padding)


def image_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which entry of the image scales the copy of the kernel at the upper right?"""
    return _crop(_scatter(image.T, kernel, stride), padding)


# G11: kernel.T
def kernel_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does the name of the operation say is transposed: really the kernel's matrix?"""
    return _crop(_scatter(image, kernel.T, stride), padding)


def output_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Your numbers are right, but which index of the output runs over rows?"""
    return _crop(_scatter(image, kernel, stride), padding).T


# G12: stride 2
def stride_always_two(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which stride does the call ask for, and which do you use?"""
    return _crop(_scatter(image, kernel, 2), padding)


def stride_ignored(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your function do with its third argument?"""
    return _crop(_scatter(image, kernel), padding)


# G13: one cell cropped
def padding_always_one(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which padding does the call ask for, and what does padding do in this operation?"""
    return _crop(_scatter(image, kernel, stride), 1)


def padding_ignored(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your function do with its fourth argument?"""
    return _scatter(image, kernel, stride)


def padding_adds_zeros(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """In this operation, does padding make the output larger or smaller?"""
    return np.pad(_scatter(image, kernel, stride), padding)


def padding_cropped_before_only(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """From how many sides of the output does padding take cells away?"""
    return _scatter(image, kernel, stride)[padding:, padding:]


def cropped_to_minus_zero(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What does a slice hold that ends at -padding, when padding is 0?"""
    return _scatter(image, kernel, stride)[padding:-padding, padding:-padding]


# G14: zeros between the entries, then a convolution that keeps the size
def zeros_inserted_then_same(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Inserting zeros between the entries belongs to which stride?"""
    stuffed = np.zeros(np.multiply(image.shape, 2), dtype=image.dtype)
    stuffed[::2, ::2] = image
    return as_large_as_the_image(stuffed, kernel, 1, padding)


# G15: the first step only
def first_copy_only(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """You have placed the first copy of the kernel. How many are there in all?"""
    canvas = _zeros(image, kernel, stride)
    covered(canvas, 0, 0, kernel)[:] = image[0, 0] * kernel
    return _crop(canvas, padding)


# G16: overlaps averaged
def overlaps_averaged(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Overlapping contributions are added. Are they averaged?"""
    copies = _scatter(np.ones_like(image), np.ones_like(kernel), stride)
    average: Matrix = _scatter(image, kernel, stride) / np.maximum(copies, 1)
    return _crop(average, padding)


# G17: the greatest of the overlapping contributions, or 0
def largest_overlap_kept(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Where copies overlap, what happens to the smaller contributions?"""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape):
        cells = covered(canvas, i * stride, j * stride, kernel)
        cells[:] = np.maximum(cells, image[i, j] * kernel)
    return _crop(canvas, padding)


def height_for_both_axes(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Over which columns does your inner loop run when the image is not square?"""
    canvas = _zeros(image, kernel, stride)
    for i, j in np.ndindex(image.shape[0], image.shape[0]):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[i, j] * kernel
    return _crop(canvas, padding)


def square_image_assumed(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """How wide is your canvas when the image is wider than high?"""
    side = image.shape[0]
    canvas = _zeros(image[:, :1].repeat(side, axis=1), kernel, stride)
    for i, j in np.ndindex(side, side):
        covered(canvas, i * stride, j * stride, kernel)[:] += image[i, j] * kernel
    return _crop(canvas, padding)


# with NumPy a copy of an oblong kernel does not fit its place, by loops over its cells some do
def squares_assumed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your code make of an image, and of a kernel, that are wider than high?"""
    side, extent = image.shape[0], kernel.shape[0]
    canvas = _square_canvas(image, kernel, stride)
    for i, j in np.ndindex(side, side):
        top, left = i * stride, j * stride
        canvas[top : top + extent, left : left + extent] += image[i, j] * kernel
    return _crop(canvas, padding)


def squares_assumed_by_cells(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Over which columns do your loops run when image and kernel are not square?"""
    side, extent = image.shape[0], kernel.shape[0]
    canvas = _square_canvas(image, kernel, stride)
    for i, j, a, b in np.ndindex(side, side, extent, extent):
        canvas[i * stride + a, j * stride + b] += image[i, j] * kernel[a, b]
    return _crop(canvas, padding)


def _square_canvas(image: Matrix, kernel: Matrix, stride: int) -> Matrix:
    """As wide as it has to be high."""
    height = (image.shape[0] - 1) * stride + kernel.shape[0]
    return np.zeros((height, height), dtype=np.result_type(image, kernel))


def nothing_left_unchecked(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What should happen when cropping takes all there is?"""
    return _crop(_scatter(image, kernel, stride), padding)


# conv2d and conv_transpose2d of torch, whose batch and channel were not taken away again
def batch_and_channel_kept(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Your values are right. How many axes has the result, and how many were asked for? What does
    torch put in front of height and width?"""
    return transposed_conv2d(image, kernel, stride, padding)[np.newaxis, np.newaxis]
