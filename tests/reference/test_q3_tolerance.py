"""What the tolerance of question 3 lets pass: rounding in any honest style, and no mistake."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import signal

from grader.marking import compare
from grader.pipeline import read_assignment
from reference import q3a_cross_correlation as q3a
from reference import q3b_steps
from reference import q3b_transposed_convolution as q3b
from reference.matrices import draw_matrix, draw_real_matrix

CONFIG = Path(__file__).parents[2] / "config.yaml"
Matrix = np.ndarray[Any, Any]
Implementation = Callable[..., Matrix]

GENERATORS = {
    q3a: (
        q3a.oblong_kernels,
        q3a.square_kernels,
        q3a.strides,
        q3a.paddings,
        q3a.strides_and_paddings,
        q3a.real_images,
        q3a.real_kernels,
        q3a.one_entry_kernels,
        q3a.snug_kernels,
    ),
    q3b: (
        q3b.oblong_kernels,
        q3b.square_kernels,
        q3b.strides,
        q3b.paddings,
        q3b.strides_and_paddings,
        q3b.narrow_results,
        q3b.real_images,
        q3b.real_kernels,
        q3b.large_kernels,
        q3b.one_entry_kernels,
    ),
    q3b_steps: (
        q3b_steps.first_row,
        q3b_steps.later_rows,
        q3b_steps.whole_rows,
        q3b_steps.square_matrices,
        q3b_steps.all_steps,
        q3b_steps.single_steps,
        q3b_steps.one_entry_kernels,
        q3b_steps.real_images,
        q3b_steps.real_kernels,
    ),
}


def single(matrix: Matrix) -> torch.Tensor:
    return torch.tensor(matrix, dtype=torch.float32)[None, None]


# --------------------------------------------------------------------------- q3a, other ways


def correlate_in_float32(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    padded = np.pad(image.astype(np.float32), padding)
    kernel = kernel.astype(np.float32)
    rows = (padded.shape[0] - kernel.shape[0]) // stride + 1
    columns = (padded.shape[1] - kernel.shape[1]) // stride + 1
    output = np.zeros((rows, columns), dtype=np.float32)
    for i, j in np.ndindex(rows, columns):
        for a, b in reversed(list(np.ndindex(kernel.shape))):
            output[i, j] += padded[i * stride + a, j * stride + b] * kernel[a, b]
    return output


def correlate_by_fft(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    padded = np.pad(image, padding)
    sides = np.add(padded.shape, kernel.shape) - 1
    product = np.fft.rfft2(padded, sides) * np.fft.rfft2(kernel[::-1, ::-1], sides)
    full = np.fft.irfft2(product, sides)
    top, left = np.subtract(kernel.shape, 1)
    return full[top : padded.shape[0], left : padded.shape[1]][::stride, ::stride]


def correlate_by_scipy_fft(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    padded = np.pad(image, padding).astype(float)
    valid = signal.fftconvolve(padded, kernel[::-1, ::-1].astype(float), mode="valid")
    return valid[::stride, ::stride]


def correlate_by_torch(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    output = torch.nn.functional.conv2d(
        single(image), single(kernel), stride=stride, padding=padding
    )
    return output[0, 0].numpy()


def correlate_by_unfolding(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    columns = torch.nn.functional.unfold(
        single(image), tuple(kernel.shape), stride=stride, padding=padding
    )
    rows = (image.shape[0] + 2 * padding - kernel.shape[0]) // stride + 1
    return (single(kernel).reshape(1, -1) @ columns[0]).reshape(rows, -1).numpy()


# --------------------------------------------------------------------------- q3b, other ways


def transpose_in_float32(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    height, width = (np.array(image.shape) - 1) * stride + kernel.shape
    canvas = np.zeros((height, width), dtype=np.float32)
    for i, j in reversed(list(np.ndindex(image.shape))):
        for a, b in np.ndindex(kernel.shape):
            copy = np.float32(image[i, j]) * np.float32(kernel[a, b])
            canvas[i * stride + a, j * stride + b] += copy
    return canvas[padding : height - padding, padding : width - padding]


def transpose_by_fft(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    stuffed = np.zeros((np.array(image.shape) - 1) * stride + 1)
    stuffed[::stride, ::stride] = image
    full = signal.fftconvolve(stuffed, kernel.astype(float), mode="full")
    return full[padding : full.shape[0] - padding, padding : full.shape[1] - padding]


def transpose_by_torch(image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0) -> Matrix:
    output = torch.nn.functional.conv_transpose2d(
        single(image), single(kernel), stride=stride, padding=padding
    )
    return output[0, 0].numpy()


def of_first(steps_of: Implementation) -> Implementation:
    """Apply a transposed convolution to the entries that the first steps handle."""

    def after_steps(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
        handled = np.where(np.arange(image.size).reshape(image.shape) < steps, image, 0)
        return steps_of(handled, kernel)

    return after_steps


CORRELATIONS = (
    correlate_in_float32,
    correlate_by_fft,
    correlate_by_scipy_fft,
    correlate_by_torch,
    correlate_by_unfolding,
)
TRANSPOSED = (transpose_in_float32, transpose_by_fft, transpose_by_torch)
IMPLEMENTATIONS = (
    [(q3a, "cross_correlate2d", function) for function in CORRELATIONS]
    + [(q3b, "transposed_conv2d", function) for function in TRANSPOSED]
    + [(q3b_steps, "transposed_conv2d_steps", of_first(function)) for function in TRANSPOSED]
)


@pytest.mark.parametrize(("module", "name", "implementation"), IMPLEMENTATIONS)
def test_right_implementations_stay_within_the_tolerance(
    module: Any, name: str, implementation: Implementation
) -> None:
    for generator, seed in product(GENERATORS[module], range(40)):
        args = generator(np.random.default_rng(seed))
        error = np.abs(implementation(*args) - getattr(module, name)(*args))
        assert (error <= module.rounding_bound(*args)).all(), (generator.__name__, seed)


@pytest.mark.parametrize("seed", range(20))
def test_the_tolerance_holds_for_the_largest_admissible_arrays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, kernel = draw_real_matrix(rng, 63, 61), draw_real_matrix(rng, *rng.integers(1, 12, 2))
    for implementation in CORRELATIONS:
        error = np.abs(implementation(image, kernel) - q3a.cross_correlate2d(image, kernel))
        assert (error <= q3a.rounding_bound(image, kernel)).all()
    small = image[:20, :30]
    for implementation in TRANSPOSED:
        error = np.abs(
            implementation(small, kernel, 2, 0) - q3b.transposed_conv2d(small, kernel, 2)
        )
        assert (error <= q3b.rounding_bound(small, kernel, 2)).all()


@pytest.mark.parametrize("module", GENERATORS)
def test_no_wrong_integer_passes_in_any_hidden_case(module: Any) -> None:
    for generator, seed in product(GENERATORS[module], range(40)):
        bound = module.rounding_bound(*generator(np.random.default_rng(seed)))
        assert bound.max() < 1e-3


def test_no_wrong_integer_passes_at_the_largest_admissible_sizes() -> None:
    nines = np.full((63, 63), 9)
    kernel = np.full((15, 15), -9)
    assert q3a.rounding_bound(nines, kernel).max() < 0.5
    assert q3b.rounding_bound(nines, kernel).max() < 0.5
    assert q3b_steps.rounding_bound(nines, kernel, nines.size).max() < 0.5


def test_the_tolerance_is_as_published() -> None:
    """(n + 2) · 2**-24 · (|image| ⋆ |kernel|), and next to nothing for the noise of an FFT."""
    rng = np.random.default_rng(1)
    image, kernel = draw_matrix(rng, 5, 7), draw_matrix(rng, 2, 3)
    magnitude = signal.correlate2d(np.abs(image), np.abs(kernel), mode="valid")
    published = 8 * 2.0**-24 * magnitude
    bound = q3a.rounding_bound(image, kernel)
    assert (published <= bound).all()
    assert (bound <= published + 1e-11).all()
    scattered = 8 * 2.0**-24 * signal.convolve2d(np.abs(image), np.abs(kernel))
    for bound in (
        q3b.rounding_bound(image, kernel),
        q3b_steps.rounding_bound(image, kernel, image.size),
    ):
        assert (scattered <= bound).all()
        assert (bound <= scattered + 1e-11).all()


@pytest.mark.parametrize(("module", "args"), [(q3a, (2, 1)), (q3b, (3, 1)), (q3b_steps, (4,))])
def test_there_is_one_tolerance_for_each_cell(module: Any, args: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    image, kernel = draw_matrix(rng, 5, 7), draw_matrix(rng, 2, 3)
    function = {q3a: "cross_correlate2d", q3b: "transposed_conv2d"}.get(
        module, "transposed_conv2d_steps"
    )
    expected = getattr(module, function)(image, kernel, *args)
    assert module.rounding_bound(image, kernel, *args).shape == expected.shape


# --------------------------------------------------------------------------- complex results


def test_complex_results_do_not_count_however_small_their_imaginary_parts() -> None:
    """As the problem set says: results of any real dtype are accepted, complex ones are not."""
    assignment = read_assignment(CONFIG, wrong_answers=False)
    for question in map(assignment.question, ("q3a", "q3b", "q3b_steps")):
        values = [case for case in question.cases if isinstance(case.expected, np.ndarray)]
        assert values
        for case in values:
            complex_ = compare(expected=case.expected, observed=case.expected + 0j, rule=case.rule)
            assert not complex_.matches and ".real" in complex_.notes[0]
            real = case.expected.astype(np.float64)
            assert compare(expected=case.expected, observed=real, rule=case.rule).matches
