"""Question 3's reference against independent oracles: torch, scipy, loops over the definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from reference.q3a_cross_correlation import cross_correlate2d
from reference.q3b_steps import transposed_conv2d_steps
from reference.q3b_transposed_convolution import transposed_conv2d

Matrix = np.ndarray[Any, Any]

PRINTED_IMAGE = np.array([[2, 0, -1, -1], [0, 1, 0, 2], [-2, 0, 1, 1], [1, 1, 0, -1]])
PRINTED_KERNEL = np.array([[1, -1, 1], [0, 1, 0], [1, -1, 1]])
PRINTED_CORRELATION = [[1, 0], [-1, 4]]
PRINTED_TRANSPOSED = [
    [2, -2, 1, 0, 0, -1],
    [0, 3, -1, 2, -3, 2],
    [0, 0, 1, 0, 2, 0],
    [1, -1, -1, 4, 0, 1],
    [-2, 3, 0, 0, -1, 1],
    [1, 0, 0, 0, 1, -1],
]


@st.composite
def matrices(draw: st.DrawFn, most: int) -> Matrix:
    """Matrices of either type, with sides up to `most`."""
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, most))
    entries: st.SearchStrategy[Any] = st.integers(-9, 9)
    if draw(st.booleans()):
        entries = st.floats(-9, 9, allow_subnormal=False)
    cells = draw(st.lists(entries, min_size=rows * columns, max_size=rows * columns))
    return np.array(cells).reshape(rows, columns)


def images() -> st.SearchStrategy[Matrix]:
    return matrices(most=7)


def kernels() -> st.SearchStrategy[Matrix]:
    return matrices(most=4)


def batch(matrix: Matrix) -> torch.Tensor:
    return torch.tensor(matrix, dtype=torch.float64)[None, None]


# --------------------------------------------------------------------------- printed values


def test_the_printed_cross_correlation_comes_out() -> None:
    assert cross_correlate2d(PRINTED_IMAGE, PRINTED_KERNEL).tolist() == PRINTED_CORRELATION


def test_the_printed_transposed_convolution_comes_out() -> None:
    assert transposed_conv2d(PRINTED_IMAGE, PRINTED_KERNEL).tolist() == PRINTED_TRANSPOSED


def test_the_printed_result_comes_out_after_all_sixteen_steps() -> None:
    last = transposed_conv2d_steps(PRINTED_IMAGE, PRINTED_KERNEL, 16)
    assert last.tolist() == PRINTED_TRANSPOSED


# --------------------------------------------------------------------------- q3a


@given(images(), kernels(), st.integers(1, 3), st.integers(0, 2))
def test_cross_correlation_agrees_with_its_definition_and_with_torch(
    image: Matrix, kernel: Matrix, stride: int, padding: int
) -> None:
    height, width = np.add(image.shape, 2 * padding)
    if kernel.shape[0] > height or kernel.shape[1] > width:
        with pytest.raises(ValueError, match="fit"):
            cross_correlate2d(image, kernel, stride, padding)
        return
    observed = cross_correlate2d(image, kernel, stride, padding)
    theirs = torch.nn.functional.conv2d(batch(image), batch(kernel), stride=stride, padding=padding)
    np.testing.assert_allclose(observed, theirs[0, 0].numpy(), rtol=0, atol=1e-11)
    np.testing.assert_allclose(
        observed, by_definition(image, kernel, stride, padding), rtol=0, atol=1e-11
    )


def by_definition(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    """Sum cell by cell, where a cell outside the image is 0."""
    rows = len(range(0, image.shape[0] + 2 * padding - kernel.shape[0] + 1, stride))
    columns = len(range(0, image.shape[1] + 2 * padding - kernel.shape[1] + 1, stride))
    output = np.zeros((rows, columns))
    for i, j, a, b in np.ndindex(rows, columns, *kernel.shape):
        y, x = i * stride + a - padding, j * stride + b - padding
        if 0 <= y < image.shape[0] and 0 <= x < image.shape[1]:
            output[i, j] += image[y, x] * kernel[a, b]
    return output


@given(images(), kernels())
def test_cross_correlation_agrees_with_scipy(image: Matrix, kernel: Matrix) -> None:
    if (np.subtract(image.shape, kernel.shape) >= 0).all():
        expected = signal.correlate2d(image, kernel, mode="valid")
        observed = cross_correlate2d(image, kernel)
        np.testing.assert_allclose(observed, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "padding", "output_shape"),
    [
        ((3, 4), (3, 4), 0, (1, 1)),
        ((3, 4), (3, 1), 0, (1, 4)),
        ((1, 2), (3, 4), 1, (1, 1)),
        ((2, 5), (4, 2), 1, (1, 6)),
    ],
)
def test_a_kernel_that_just_fits_has_one_position(
    image_shape: tuple[int, int],
    kernel_shape: tuple[int, int],
    padding: int,
    output_shape: tuple[int, int],
) -> None:
    output = cross_correlate2d(np.ones(image_shape), np.ones(kernel_shape), 1, padding)
    assert output.shape == output_shape


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "stride", "padding"),
    [
        ((3, 4), (4, 4), 1, 0),
        ((3, 4), (3, 5), 1, 0),
        ((3, 4), (5, 6), 1, 0),
        ((1, 2), (3, 5), 1, 1),
        ((1, 9), (2, 2), 3, 0),
    ],
)
def test_a_kernel_larger_than_the_padded_image_is_refused(
    image_shape: tuple[int, int], kernel_shape: tuple[int, int], stride: int, padding: int
) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        cross_correlate2d(np.ones(image_shape), np.ones(kernel_shape), stride, padding)


# --------------------------------------------------------------------------- q3b


@given(images(), kernels(), st.integers(1, 3), st.integers(0, 2))
def test_transposed_convolution_agrees_with_torch(
    image: Matrix, kernel: Matrix, stride: int, padding: int
) -> None:
    sides = (np.array(image.shape) - 1) * stride - 2 * padding + kernel.shape
    if min(sides) < 1:
        with pytest.raises(ValueError, match="leaves nothing"):
            transposed_conv2d(image, kernel, stride, padding)
        return
    theirs = torch.nn.functional.conv_transpose2d(
        batch(image), batch(kernel), stride=stride, padding=padding
    )
    observed = transposed_conv2d(image, kernel, stride, padding)
    assert observed.shape == tuple(sides)
    np.testing.assert_allclose(observed, theirs[0, 0].numpy(), rtol=0, atol=1e-11)


@given(images(), kernels())
def test_without_stride_it_is_the_full_convolution(image: Matrix, kernel: Matrix) -> None:
    expected = signal.convolve2d(image, kernel, mode="full")
    np.testing.assert_allclose(transposed_conv2d(image, kernel), expected, rtol=0, atol=1e-11)


@given(images(), kernels(), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2**32 - 1))
def test_it_is_the_transpose_of_cross_correlation(
    image: Matrix, kernel: Matrix, stride: int, padding: int, seed: int
) -> None:
    """As matrices: the inner product of y with A x is that of A's transpose times y with x."""
    sides = (np.array(image.shape) - 1) * stride - 2 * padding + kernel.shape
    if min(sides) < 1:
        return
    larger = np.random.default_rng(seed).integers(-9, 10, sides)
    down = (cross_correlate2d(larger, kernel, stride, padding) * image).sum()
    up = (transposed_conv2d(image, kernel, stride, padding) * larger).sum()
    assert math.isclose(down, up, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("image_shape", "kernel_shape", "stride", "padding"),
    [
        ((1, 3), (2, 2), 1, 1),
        ((3, 1), (2, 2), 1, 1),
        ((2, 2), (1, 1), 1, 2),
        ((2, 9), (1, 3), 3, 2),
    ],
)
def test_cropping_everything_is_refused(
    image_shape: tuple[int, int], kernel_shape: tuple[int, int], stride: int, padding: int
) -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        transposed_conv2d(np.ones(image_shape), np.ones(kernel_shape), stride, padding)


def test_cropping_may_leave_a_single_cell() -> None:
    image, kernel = np.array([[1, 2], [3, 4]]), np.array([[1, 10], [100, 1000]])
    assert transposed_conv2d(image, kernel, 1, 1).tolist() == [[1234]]


# --------------------------------------------------------------------------- q3b_steps


@given(images(), kernels(), st.data())
def test_steps_are_the_transposed_convolution_of_the_entries_handled_so_far(
    image: Matrix, kernel: Matrix, data: st.DataObject
) -> None:
    steps = data.draw(st.integers(0, image.size))
    handled = np.zeros_like(image)
    handled.flat[:steps] = image.flat[:steps]
    expected = torch.nn.functional.conv_transpose2d(batch(handled), batch(kernel))[0, 0].numpy()
    observed = transposed_conv2d_steps(image, kernel, steps)
    np.testing.assert_allclose(observed, expected, rtol=0, atol=1e-11)


@given(images(), kernels())
def test_steps_begin_with_zeros_and_end_with_the_whole(image: Matrix, kernel: Matrix) -> None:
    before = transposed_conv2d_steps(image, kernel, 0)
    after = transposed_conv2d_steps(image, kernel, image.size)
    assert before.shape == after.shape
    assert not before.any()
    np.testing.assert_allclose(after, transposed_conv2d(image, kernel), rtol=0, atol=1e-11)


# --------------------------------------------------------------------------- all three

CALLS: list[tuple[Callable[..., Matrix], tuple[int, ...]]] = [
    (cross_correlate2d, ()),
    (cross_correlate2d, (2, 1)),
    (transposed_conv2d, ()),
    (transposed_conv2d, (2, 1)),
    (transposed_conv2d_steps, (3,)),
    (transposed_conv2d_steps, (16,)),
]


@pytest.mark.parametrize(("function", "rest"), CALLS)
def test_whole_numbers_stay_whole_and_exact(
    function: Callable[..., Matrix], rest: tuple[int, ...]
) -> None:
    large = 2**55 + 1  # float64 cannot hold it
    whole = function(PRINTED_IMAGE * large, PRINTED_KERNEL, *rest)
    assert whole.dtype == np.int64
    assert np.array_equal(whole, function(PRINTED_IMAGE, PRINTED_KERNEL, *rest) * large)


@pytest.mark.parametrize(("function", "rest"), CALLS)
@pytest.mark.parametrize(("image_unit", "kernel_unit"), [(0.5, 1), (1, 0.5), (0.5, 0.5)])
def test_real_numbers_on_either_side_make_a_real_result(
    function: Callable[..., Matrix],
    rest: tuple[int, ...],
    image_unit: float,
    kernel_unit: float,
) -> None:
    real = function(PRINTED_IMAGE * image_unit, PRINTED_KERNEL * kernel_unit, *rest)
    assert real.dtype == np.float64
    whole = function(PRINTED_IMAGE, PRINTED_KERNEL, *rest)
    assert np.array_equal(real, whole * image_unit * kernel_unit)


@pytest.mark.parametrize(("function", "rest"), CALLS)
def test_inputs_are_left_as_they_were(
    function: Callable[..., Matrix], rest: tuple[int, ...]
) -> None:
    image, kernel = PRINTED_IMAGE.copy(), PRINTED_KERNEL.copy()
    image.setflags(write=False)
    kernel.setflags(write=False)
    output = function(image, kernel, *rest)
    assert not np.shares_memory(output, image)
    assert not np.shares_memory(output, kernel)


# --------------------------------------------------------------------------- steps of a student


def test_the_students_steps_stand_for_the_whole_without_stride_and_padding() -> None:
    asked: list[int] = []

    def their_steps(image: Matrix, kernel: Matrix, steps: int) -> list[list[int]]:
        asked.append(steps)
        return [[steps, -1]]

    def whole(*args: object) -> list[list[int]]:
        result = transposed_conv2d(*args, transposed_conv2d_steps=their_steps)  # type: ignore[arg-type]
        return result.tolist()

    assert whole(PRINTED_IMAGE, PRINTED_KERNEL) == [[16, -1]]
    assert whole(PRINTED_IMAGE, PRINTED_KERNEL, 1, 0) == [[16, -1]]
    assert asked == [16, 16]
    for rest in ((2, 0), (1, 1), (2, 1)):
        expected = transposed_conv2d(PRINTED_IMAGE, PRINTED_KERNEL, *rest)
        assert whole(PRINTED_IMAGE, PRINTED_KERNEL, *rest) == expected.tolist()
    assert asked == [16, 16]


def test_the_students_whole_stands_for_the_last_step_only() -> None:
    def their_whole(image: Matrix, kernel: Matrix) -> Matrix:
        return np.array([[0.5]])

    for steps in range(17):
        observed = transposed_conv2d_steps(
            PRINTED_IMAGE, PRINTED_KERNEL, steps, transposed_conv2d=their_whole
        )
        expected = transposed_conv2d_steps(PRINTED_IMAGE, PRINTED_KERNEL, steps)
        assert observed.tolist() == ([[0.5]] if steps == 16 else expected.tolist())


RUBBISH = [
    None,
    7,
    "[[1, 2]]",
    {"rows": 2},
    [],
    [1, 2],
    [[1, 2], [3]],
    [["1", "2"]],
    [[None]],
    [[True, False]],
    [[1j]],
    [[float("nan")]],
    [[2**70]],
    [[10**400, 0.5]],
    [[[1]]],
    np.array([[np.inf]]),
    np.array([["a"]]),
    np.array(3),
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=repr)
def test_rubbish_from_a_students_step_is_refused(rubbish: object) -> None:
    def theirs(*args: object) -> object:
        return rubbish

    with pytest.raises(ValueError, match="a step must return a matrix"):
        transposed_conv2d(PRINTED_IMAGE, PRINTED_KERNEL, transposed_conv2d_steps=theirs)
    with pytest.raises(ValueError, match="a step must return a matrix"):
        transposed_conv2d_steps(PRINTED_IMAGE, PRINTED_KERNEL, 16, transposed_conv2d=theirs)
