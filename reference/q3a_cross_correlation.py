"""Question 3a: cross-correlation, which deep-learning libraries call convolution.

The kernel lies on the image, entry on entry; the products are added; then it moves on:

    output[i, j] = sum over a, b of  kernel[a, b] * padded[i·stride + a, j·stride + b]

`padded` is the image with `padding` rows and columns of zeros on every side. Indices count cells.
The kernel is not flipped: true convolution would read kernel[−a, −b] and agrees only for kernels
that equal their own half turn. How many positions there are along each side is question 2b's
`conv_output_size`, for the height and for the width on its own.

The reference exchanges the sums: instead of one position after the other, it takes one kernel
entry after the other and adds what that entry contributes to all positions at once. Entry (a, b)
meets the cells (a, b), (a, b + stride), …: a slice of the padded image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from reference.matrices import (
    Matrix,
    draw_matrix,
    draw_one,
    draw_real_matrix,
    draw_sides,
    rounding_tolerance,
)
from reference.q2b_layer import conv_output_size
from reference.q3_properties import (  # noqa: F401  config.yaml names them
    correlation_cuts_out_a_part,
    correlation_has_its_size,
    correlation_is_linear_in_the_image,
    correlation_is_linear_in_the_kernel,
    correlation_pads_with_zeros,
    correlation_refuses_large_kernels,
)


def cross_correlate2d(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Sum the products of kernel and image at every position of the kernel.

    Args:
        image: the input, one channel.
        kernel: the weights, used as they stand.
        stride: cells from one position to the next, down and across.
        padding: rows and columns of zeros around the image, on every side.

    Raises:
        ValueError: if the kernel is larger than the padded image.

    >>> cross_correlate2d(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 10]]))
    array([[21, 32],
           [54, 65]])
    """
    rows = conv_output_size(image.shape[0], kernel.shape[0], stride, padding)
    columns = conv_output_size(image.shape[1], kernel.shape[1], stride, padding)
    padded = np.pad(image, padding)
    contributions = [
        kernel[a, b] * padded[a::stride, b::stride][:rows, :columns]
        for a, b in np.ndindex(kernel.shape)
    ]
    output: Matrix = np.sum(contributions, axis=0)
    return output


def rounding_bound(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Bound the rounding of every cell of the result; see `rounding_tolerance`."""
    magnitude = cross_correlate2d(np.abs(image), np.abs(kernel), stride, padding)
    return rounding_tolerance(image, kernel, magnitude)


# --------------------------------------------------------------------------- hidden inputs

OBLONG_KERNELS = ((2, 3), (3, 2), (2, 4), (4, 2))
SQUARE_KERNELS = ((2, 2), (3, 3))


def oblong_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Nothing square: neither the image nor the kernel nor the output."""
    return _pair(rng, (5, 8), OBLONG_KERNELS)


def square_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """A square kernel on an image that is not."""
    return _pair(rng, (4, 7), SQUARE_KERNELS)


def strides(rng: np.random.Generator) -> tuple[Matrix, Matrix, int]:
    """The kernel moves by 2 or 3 cells, and its last step would lead out of the image."""
    return next(
        (image, kernel, stride)
        for image, kernel in _pairs(rng, (6, 9), OBLONG_KERNELS)
        for stride in (2, 3)
        if _cells_left_over(image, kernel, stride, 0)
        if _is_oblong(cross_correlate2d(image, kernel, stride))
    )


def paddings(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """One or two rows and columns of zeros around the image."""
    image, kernel = _pair(rng, (3, 6), OBLONG_KERNELS + SQUARE_KERNELS)
    return image, kernel, 1, int(rng.integers(1, 3))


def strides_and_paddings(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """Both at once; padding decides how many positions there are."""
    stride, padding = draw_one(rng, ((2, 1), (3, 1), (3, 2)))
    return next(
        (image, kernel, stride, padding)
        for image, kernel in _pairs(rng, (4, 8), OBLONG_KERNELS + SQUARE_KERNELS)
        if _cells_left_over(image, kernel, stride, padding)
        if _is_oblong(cross_correlate2d(image, kernel, stride, padding))
    )


def real_images(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Real pixels under a kernel of whole numbers, as in edge detection."""
    image, kernel = _pair(rng, (4, 7), OBLONG_KERNELS)
    return draw_real_matrix(rng, *image.shape), kernel


def real_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """Whole pixels under a kernel of real numbers, as in smoothing."""
    image, kernel = _pair(rng, (4, 7), OBLONG_KERNELS)
    return image, draw_real_matrix(rng, *kernel.shape), 1, 1


def one_entry_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """A kernel of a single entry only scales the image."""
    return _pair(rng, (3, 6), ((1, 1),))


def snug_kernels(rng: np.random.Generator) -> tuple[Matrix, Matrix, int, int]:
    """A kernel taller than the image, which just fits into the padded one."""
    width = int(rng.integers(4, 7))
    return draw_matrix(rng, 2, width), draw_matrix(rng, 4, 2), 1, 1


def _pairs(
    rng: np.random.Generator, sides: tuple[int, int], kernels: tuple[tuple[int, int], ...]
) -> Iterator[tuple[Matrix, Matrix]]:
    while True:
        image = draw_matrix(rng, *draw_sides(rng, *sides))
        yield image, draw_matrix(rng, *draw_one(rng, kernels))


def _pair(
    rng: np.random.Generator, sides: tuple[int, int], kernels: tuple[tuple[int, int], ...]
) -> tuple[Matrix, Matrix]:
    """Draw an image with sides from the given range and a kernel, so that the output is oblong."""
    return next(
        (image, kernel)
        for image, kernel in _pairs(rng, sides, kernels)
        if min(np.subtract(image.shape, kernel.shape)) >= 0
        if _is_oblong(cross_correlate2d(image, kernel))
    )


def _is_oblong(output: Matrix) -> bool:
    rows, columns = output.shape
    return bool(rows != columns and min(rows, columns) > 1)


def _cells_left_over(image: Matrix, kernel: Matrix, stride: int, padding: int) -> bool:
    """Whether the kernel fits, and its last step would lead out on both sides."""
    room = np.add(image.shape, 2 * padding) - kernel.shape
    return bool((room >= 0).all() and (room % stride > 0).all())


# --------------------------------------------------------------------------- wrong answers
# Each is a formula without guards; its docstring is what the student is asked.


def _windows(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    """Cut out what the kernel covers at each position: windows[i, j, a, b]."""
    padded = np.pad(image, padding)
    rows = (padded.shape[0] - kernel.shape[0]) // stride + 1
    columns = (padded.shape[1] - kernel.shape[1]) // stride + 1
    return _windows_of(padded, kernel, stride, rows, columns)


def _windows_of(padded: Matrix, kernel: Matrix, stride: int, rows: int, columns: int) -> Matrix:
    height, width = kernel.shape
    windows = np.zeros((rows, columns, height, width), dtype=padded.dtype)
    for i, j in np.ndindex(rows, columns):
        top, left = i * stride, j * stride
        windows[i, j] = padded[top : top + height, left : left + width]
    return windows


def _slide(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    sums: Matrix = (_windows(image, kernel, stride, padding) * kernel).sum(axis=(2, 3))
    return sums


# F1: convolve2d(image, kernel, "valid")
def true_convolution(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Deep-learning layers and signal-processing libraries differ in what they do to the kernel
    before sliding it. Which of the two does the task define?"""
    return _slide(image, kernel[::-1, ::-1], stride, padding)


# F2: the kernel upside down
def kernel_upside_down(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Print the kernel entry that is multiplied with the first entry of the patch. Does it stand
    in the row that the task says?"""
    return _slide(image, kernel[::-1], stride, padding)


# F3: the kernel mirrored
def kernel_mirrored(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Print the kernel entry that is multiplied with the first entry of the patch. Does it stand
    in the column that the task says?"""
    return _slide(image, kernel[:, ::-1], stride, padding)


# F4: the kernel transposed
def kernel_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """When you read the kernel, which of your two indices runs over its rows?"""
    return _slide(image, kernel.T, stride, padding)


# F5: correlate2d(image, kernel, "full")
def full_overlap_not_required(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """The kernel must stay completely inside the padded image. How many positions are left?"""
    return _fully_padded(image, kernel, padding)[::stride, ::stride]


# F6: correlate2d(image, kernel, "same"), which is also what torch's padding="same" does
def as_large_as_the_image(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """How much padding did the task ask for, and how large is the output then?"""
    height, width = np.add(image.shape, 2 * padding)
    top, left = kernel.shape[0] // 2, kernel.shape[1] // 2
    full = _fully_padded(image, kernel, padding)
    same: Matrix = full[top : top + height, left : left + width]
    return same[::stride, ::stride]


def _fully_padded(image: Matrix, kernel: Matrix, padding: int) -> Matrix:
    around = [(padding + side - 1,) * 2 for side in kernel.shape]
    return _slide(np.pad(image, around), kernel, 1, 0)


# F7: sizes image - kernel
def one_position_short(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """In how many places does a window of length 3 fit on a strip of length 4?"""
    padded = np.pad(image, padding)
    rows, columns = np.subtract(padded.shape, kernel.shape) // stride
    sums: Matrix = (_windows_of(padded, kernel, stride, rows, columns) * kernel).sum(axis=(2, 3))
    return sums


# F7, as range(0, height - kernel_height, stride) has it: all but what would just fit
def range_one_short(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """In how many places does a window of length 3 fit on a strip of length 4? Which of them does
    your range reach?"""
    padded = np.pad(image, padding)
    rows, columns = -(-np.subtract(padded.shape, kernel.shape) // stride)
    sums: Matrix = (_windows_of(padded, kernel, stride, rows, columns) * kernel).sum(axis=(2, 3))
    return sums


# F8: the output transposed
def output_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Your numbers are right, but which index of the output runs over rows?"""
    return _slide(image, kernel, stride, padding).T


# F9: (patch @ kernel).sum()
def matrix_product(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Is an output value made of entry-by-entry products, or of a matrix product?"""
    sums: Matrix = (_windows(image, kernel, stride, padding) @ kernel).sum(axis=(2, 3))
    return sums


# F10: the stride is the kernel's height
def stride_of_kernel_size(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """By how many cells does the window move between two outputs?"""
    return _slide(image, kernel, kernel.shape[0], padding)


# F11: the sum divided by the number of kernel entries
def products_averaged(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """The products are added. Are they averaged?"""
    return _slide(image, kernel, stride, padding) / kernel.size


# F12: the top left patch only
def first_position_only(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """You have the first output value. Where else does the window fit?"""
    return _slide(image, kernel, stride, padding)[:1, :1]


# F13: the image transposed
def image_transposed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """When you read the image, in which order do your two loop indices stand?"""
    return _slide(image.T, kernel, stride, padding)


# F14: the number of rows used for both axes
def height_for_both_axes(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What does your code make of an image that is wider than high?"""
    padded = np.pad(image, padding)
    rows = (padded.shape[0] - kernel.shape[0]) // stride + 1
    sums: Matrix = (_windows_of(padded, kernel, stride, rows, rows) * kernel).sum(axis=(2, 3))
    return sums


def width_for_both_axes(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your code make of an image that is higher than wide?"""
    padded = np.pad(image, padding)
    columns = (padded.shape[1] - kernel.shape[1]) // stride + 1
    windows = _windows_of(padded, kernel, stride, columns, columns)
    sums: Matrix = (windows * kernel).sum(axis=(2, 3))
    return sums


# F14, further: one side of the kernel, or of both, taken for the other one, too. With NumPy a patch
# times an oblong kernel mostly fails, by loops over its cells only some do.
def square_kernel_assumed(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What does your code make of a kernel that is wider than high?"""
    return _by_square_patches(np.pad(image, padding), kernel, stride, _patch_times_kernel)


def square_kernel_assumed_by_cells(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Over which columns of the kernel do your loops run when it is not square?"""
    return _by_square_patches(np.pad(image, padding), kernel, stride, _cell_by_cell)


def squares_assumed(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your code make of an image, and of a kernel, that are wider than high?"""
    padded = np.pad(image, padding)
    return _by_square_patches(padded, kernel, stride, _patch_times_kernel, width=padded.shape[0])


def squares_assumed_by_cells(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Over which columns do your loops run when image and kernel are not square?"""
    padded = np.pad(image, padding)
    return _by_square_patches(padded, kernel, stride, _cell_by_cell, width=padded.shape[0])


def _by_square_patches(
    padded: Matrix,
    kernel: Matrix,
    stride: int,
    product: Callable[[Matrix, Matrix], object],
    width: int | None = None,
) -> Matrix:
    """Take the kernel's height for its width, and `width` for the image's."""
    side = kernel.shape[0]
    sides = padded.shape[0], padded.shape[1] if width is None else width
    sums: Matrix = np.zeros([(length - side) // stride + 1 for length in sides])
    for i, j in np.ndindex(sums.shape):
        top, left = i * stride, j * stride
        sums[i, j] = product(padded[top : top + side, left : left + side], kernel)
    return sums


def _patch_times_kernel(patch: Matrix, kernel: Matrix) -> object:
    return (patch * kernel).sum()


def _cell_by_cell(patch: Matrix, kernel: Matrix) -> object:
    side = range(kernel.shape[0])
    return sum(patch[a, b] * kernel[a, b] for a in side for b in side)


# F16: maximum(0, …)
def negatives_cut_off(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Did the task ask for an activation function?"""
    return np.maximum(0, _slide(image, kernel, stride, padding))


# F17: the maximum of the patch
def maximum_of_the_patch(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Where in your output has the kernel been used?"""
    maxima: Matrix = _windows(image, kernel, stride, padding).max(axis=(2, 3))
    return maxima


# F18: the centre tap only
def centre_entry_only(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which entries of the kernel take part in an output value?"""
    a, b = kernel.shape[0] // 2, kernel.shape[1] // 2
    products: Matrix = _windows(image, kernel, stride, padding)[:, :, a, b] * kernel[a, b]
    return products


# F19: absolute values
def signs_lost(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which sign has the product of a negative and a positive number?"""
    return _slide(np.abs(image), np.abs(kernel), stride, padding)


def stride_ignored(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your function do with its third argument?"""
    return _slide(image, kernel, 1, padding)


def stride_for_rows_only(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """In which directions does the stride apply?"""
    return _slide(image, kernel, 1, padding)[::stride]


def padding_ignored(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """What does your function do with its fourth argument?"""
    return _slide(image, kernel, stride, 0)


def padding_before_only(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """On how many sides of the image do you add rows and columns?"""
    return _slide(np.pad(image, (padding, 0)), kernel, stride, 0)


def border_repeated(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which value do the cells have that padding adds?"""
    return _slide(np.pad(image, padding, mode="edge"), kernel, stride, 0)


def fractions_cut_off(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    """Which type have the elements of the array that you put your results in?"""
    return _slide(image, kernel, stride, padding).astype(np.int64)


def kernel_size_unchecked(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """What should happen when the kernel fits nowhere?"""
    return _slide(image, kernel, stride, padding)


# conv2d and conv_transpose2d of torch, whose batch and channel were not taken away again
def batch_and_channel_kept(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Your values are right. How many axes has the result, and how many were asked for? What does
    torch put in front of height and width?"""
    return cross_correlate2d(image, kernel, stride, padding)[np.newaxis, np.newaxis]
