"""Question 3's wrong answers do what they are said to: the values and other ways to go wrong."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import signal

from reference import q3a_cross_correlation as q3a
from reference import q3b_steps
from reference import q3b_transposed_convolution as q3b

Matrix = np.ndarray[Any, Any]

CATALOGUE = json.loads(Path(__file__).with_name("catalogue_q3.json").read_text(encoding="utf-8"))
VALUES = [
    (module, name, inputs, value)
    for module in (q3a, q3b)
    for name, values in CATALOGUE[module.__name__.partition(".")[2]].items()
    for inputs, value in values.items()
]


@pytest.mark.parametrize(
    ("module", "name", "inputs", "value"),
    VALUES,
    ids=[f"{name} on {inputs}" for _, name, inputs, _ in VALUES],
)
def test_a_wrong_answer_gives_the_value_it_is_known_for(
    module: Any, name: str, inputs: str, value: Any
) -> None:
    image, kernel = (np.array(CATALOGUE["inputs"][inputs][key]) for key in ("image", "kernel"))
    wrong = getattr(module, name)
    if value == "ERR:ValueError":
        with pytest.raises(ValueError):
            wrong(image, kernel)
        return
    observed = wrong(image, kernel)
    assert observed.shape == np.shape(value)
    np.testing.assert_allclose(observed, value, rtol=0, atol=1e-12)


# Each written as a student would who has the same misconception, by other means.


def padded(image: Matrix, padding: int) -> Matrix:
    return np.pad(image, padding)


def correlate(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    return signal.correlate2d(padded(image, padding), kernel, mode="valid")[::stride, ::stride]


def transpose(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    tensors = (torch.tensor(m.copy(), dtype=torch.float64)[None, None] for m in (image, kernel))
    output = torch.nn.functional.conv_transpose2d(*tensors, stride=stride, padding=padding)
    return output[0, 0].numpy()


STUDENTS_Q3A: dict[str, Callable[[Matrix, Matrix, int, int], Any]] = {
    "true_convolution": lambda i, k, s, p: signal.convolve2d(padded(i, p), k, mode="valid")[
        ::s, ::s
    ],
    "kernel_upside_down": lambda i, k, s, p: correlate(i, np.flipud(k), s, p),
    "kernel_mirrored": lambda i, k, s, p: correlate(i, np.fliplr(k), s, p),
    "full_overlap_not_required": lambda i, k, s, p: signal.correlate2d(
        padded(i, p), k, mode="full"
    )[::s, ::s],
    "as_large_as_the_image": lambda i, k, s, p: signal.correlate2d(padded(i, p), k, mode="same")[
        ::s, ::s
    ],
    "output_transposed": lambda i, k, s, p: list(zip(*correlate(i, k, s, p), strict=True)),
    "stride_of_kernel_size": lambda i, k, s, p: correlate(i, k, len(k), p),
    "products_averaged": lambda i, k, s, p: correlate(i, k / k.size, s, p),
    "first_position_only": lambda i, k, s, p: [[(padded(i, p)[: len(k), : len(k[0])] * k).sum()]],
    "negatives_cut_off": lambda i, k, s, p: correlate(i, k, s, p).clip(min=0),
    "signs_lost": lambda i, k, s, p: correlate(abs(i), abs(k), s, p),
    "stride_ignored": lambda i, k, s, p: correlate(i, k, 1, p),
    "stride_for_rows_only": lambda i, k, s, p: correlate(i, k, 1, p)[::s, :],
    "padding_ignored": lambda i, k, s, p: correlate(i, k, s, 0),
    "border_repeated": lambda i, k, s, p: correlate(np.pad(i, p, mode="edge"), k, s, 0),
    "fractions_cut_off": lambda i, k, s, p: np.trunc(correlate(i, k, s, p)),
}
STUDENTS_Q3B: dict[str, Callable[[Matrix, Matrix, int, int], Any]] = {
    "kernel_rotated": lambda i, k, s, p: transpose(i, np.rot90(k, 2), s, p),
    "kernel_transposed": lambda i, k, s, p: transpose(i, np.swapaxes(k, 0, 1), s, p),
    "image_transposed": lambda i, k, s, p: transpose(np.swapaxes(i, 0, 1), k, s, p),
    "output_transposed": lambda i, k, s, p: np.swapaxes(transpose(i, k, s, p), 0, 1),
    "stride_always_two": lambda i, k, s, p: transpose(i, k, 2, p),
    "stride_ignored": lambda i, k, s, p: transpose(i, k, 1, p),
    "padding_always_one": lambda i, k, s, p: transpose(i, k, s, 1),
    "padding_ignored": lambda i, k, s, p: transpose(i, k, s, 0),
    "padding_adds_zeros": lambda i, k, s, p: np.pad(transpose(i, k, s, 0), p),
    "last_row_and_column_left_out": lambda i, k, s, p: transpose(
        i * np.pad(np.ones(np.subtract(i.shape, 1)), (0, 1)), k, s, p
    ),
}


@pytest.mark.parametrize("name", STUDENTS_Q3A)
@pytest.mark.parametrize("arguments", [(1, 0), (2, 0), (1, 2), (2, 1), (3, 1)])
def test_the_formulas_of_q3a_hold_however_they_are_written(
    name: str, arguments: tuple[int, int]
) -> None:
    for seed in range(10):
        image, kernel = q3a.real_images(np.random.default_rng(seed))
        expected = STUDENTS_Q3A[name](image, kernel, *arguments)
        observed = getattr(q3a, name)(image, kernel, *arguments)
        assert observed.shape == np.shape(expected)
        np.testing.assert_allclose(observed, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", STUDENTS_Q3B)
@pytest.mark.parametrize("arguments", [(1, 0), (2, 0), (1, 1), (2, 1), (3, 1)])
def test_the_formulas_of_q3b_hold_however_they_are_written(
    name: str, arguments: tuple[int, int]
) -> None:
    for seed in range(10):
        image, kernel = q3b.real_images(np.random.default_rng(seed))
        expected = STUDENTS_Q3B[name](image, kernel, *arguments)
        observed = getattr(q3b, name)(image, kernel, *arguments)
        assert observed.shape == np.shape(expected)
        np.testing.assert_allclose(observed, expected, rtol=0, atol=1e-11)


SHARED_WITH_STEPS = [
    "kernel_rotated",
    "kernel_transposed",
    "image_transposed",
    "output_transposed",
    "overlaps_overwritten",
    "overlaps_averaged",
    "copies_side_by_side",
    "as_large_as_the_image",
    "one_cell_too_large",
]


@pytest.mark.parametrize("name", SHARED_WITH_STEPS)
def test_an_error_that_both_make_is_the_same_after_all_steps(name: str) -> None:
    for seed in range(20):
        image, kernel = q3b.oblong_kernels(np.random.default_rng(seed))
        whole = getattr(q3b, name)(image, kernel)
        last = getattr(q3b_steps, name)(image, kernel, image.size)
        assert np.array_equal(whole, last)


LOPSIDED_IMAGE = np.array([[1, 2, 3], [4, 5, 6]])
ONE = np.array([[1]])


@pytest.mark.parametrize(
    ("name", "steps", "expected"),
    [
        ("one_step_short", 0, [[0, 0, 0], [0, 0, 0]]),
        ("one_step_short", 4, [[1, 2, 3], [0, 0, 0]]),
        ("one_step_too_many", 0, [[1, 0, 0], [0, 0, 0]]),
        ("one_step_too_many", 6, [[1, 2, 3], [4, 5, 6]]),
        ("one_step_beyond_the_last", 5, [[1, 2, 3], [4, 5, 6]]),
        ("steps_ignored", 1, [[1, 2, 3], [4, 5, 6]]),
        ("latest_copy_only", 0, [[0, 0, 0], [0, 0, 0]]),
        ("latest_copy_only", 4, [[0, 0, 0], [4, 0, 0]]),
        ("first_copy_only", 0, [[0, 0, 0], [0, 0, 0]]),
        ("first_copy_only", 4, [[1, 0, 0], [0, 0, 0]]),
        ("rows_counted", 1, [[1, 2, 3], [0, 0, 0]]),
        ("rows_counted", 5, [[1, 2, 3], [4, 5, 6]]),
        ("column_by_column", 3, [[1, 2, 0], [4, 0, 0]]),
        ("last_entries_first", 2, [[0, 0, 0], [0, 5, 6]]),
        ("rows_as_long_as_columns", 4, [[1, 2, 0], [4, 5, 0]]),
        ("canvas_grows", 2, [[1, 2]]),
        ("canvas_grows", 4, [[1, 2, 3], [4, 0, 0]]),
        ("canvas_sides_exchanged", 2, [[1, 2], [0, 0], [0, 0]]),
    ],
)
def test_what_each_slip_in_the_steps_leaves_on_the_canvas(
    name: str, steps: int, expected: list[list[int]]
) -> None:
    assert getattr(q3b_steps, name)(LOPSIDED_IMAGE, ONE, steps).tolist() == expected


def test_a_canvas_that_grows_is_empty_before_the_first_step() -> None:
    assert q3b_steps.canvas_grows(LOPSIDED_IMAGE, ONE, 0).size == 0


def test_without_a_check_of_sizes_there_is_an_empty_result() -> None:
    assert q3a.kernel_size_unchecked(np.ones((2, 3)), np.ones((3, 2))).shape == (0, 2)
    assert q3b.nothing_left_unchecked(np.ones((1, 3)), np.ones((2, 2)), 1, 1).shape == (0, 2)
    assert q3b.nothing_left_unchecked(np.ones((1, 1)), np.ones((2, 2)), 1, 5).size == 0


WRONG_ANSWERS = [
    (module, name, function)
    for module in (q3a, q3b, q3b_steps)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
    and not name.startswith("_")
    and list(inspect.signature(function).parameters)[:2] == ["image", "kernel"]
    and name not in ("cross_correlate2d", "transposed_conv2d", "transposed_conv2d_steps")
    and name != "rounding_bound"
]


@pytest.mark.parametrize(
    ("module", "name", "function"),
    WRONG_ANSWERS,
    ids=[f"{m.__name__}.{n}" for m, n, _ in WRONG_ANSWERS],
)
def test_every_wrong_answer_asks_the_student_something(
    module: Any, name: str, function: Callable[..., Matrix]
) -> None:
    feedback = inspect.getdoc(function)
    assert feedback is not None
    assert "?" in feedback


def test_the_whole_catalogue_is_there() -> None:
    assert len(CATALOGUE["q3a_cross_correlation"]) == 18
    assert len(CATALOGUE["q3b_transposed_convolution"]) == 17
    names = {(module, name) for module, name, _ in WRONG_ANSWERS}
    assert {(module, name) for module, name, *_ in VALUES} <= names
