"""What must hold for every right answer to question 3, and gives none away.

Students run these on their own machine: they compare a student's results with one another, never
with ours. So this file imports nothing of the reference and can be handed out as it is. The
inputs are fixed; that a property holds for them proves nothing, but that it fails is certain.

Each property gets `call(function, *args)`, which runs the student's function and returns its
value, or raises what the function raised. It returns None, or one sentence to the student.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Call: TypeAlias = Callable[..., Any]
Numbers: TypeAlias = np.ndarray[Any, np.dtype[Any]]

IMAGE = np.array([[3, -1, 4, 1, -5], [9, 2, -6, 5, 3], [-5, 8, 9, -7, 9], [3, 2, 3, 8, -4]])
OTHER_IMAGE = np.array([[2, 7, -1, 8, 2], [8, -1, 8, 2, 8], [4, 5, 9, -4, 5], [2, 3, 5, -3, 6]])
KERNEL = np.array([[1, 4, -1], [-4, 2, 1]])
OTHER_KERNEL = np.array([[3, -5, 6], [2, 3, 7]])

# --------------------------------------------------------------------------- q3a


def correlation_has_its_size(call: Call) -> str | None:
    """Each side of the output follows from the sides of image and kernel, stride and padding."""
    known = {(1, 0): (3, 3), (2, 0): (2, 2), (1, 2): (7, 7), (3, 1): (2, 2)}
    for (stride, padding), sides in known.items():
        observed = _shape(call("cross_correlate2d", IMAGE, KERNEL, stride, padding))
        if observed != sides:
            return (
                f"a 4 by 5 image and a 2 by 3 kernel with stride {stride} and padding {padding} "
                f"give {_sides(observed)}: count the positions of the kernel, down and across"
            )
    return None


def correlation_is_linear_in_the_image(call: Call) -> str | None:
    """The results of two images add up to the result of their sum."""

    def apply(image: Numbers) -> Any:
        return call("cross_correlate2d", image, KERNEL)

    if _adds_up(apply, IMAGE, OTHER_IMAGE):
        return None
    return "the results of two images do not add up to the result of their sum, under one kernel"


def correlation_is_linear_in_the_kernel(call: Call) -> str | None:
    """The results of two kernels add up to the result of their sum."""

    def apply(kernel: Numbers) -> Any:
        return call("cross_correlate2d", IMAGE, kernel)

    if _adds_up(apply, KERNEL, OTHER_KERNEL):
        return None
    return "the results of two kernels do not add up to the result of their sum, on one image"


def correlation_cuts_out_a_part(call: Call) -> str | None:
    """Under a kernel with a single 1 the output is a part of the image, each its own."""
    height, width = 3, 3  # of the output: the image is 4 by 5, the kernel 2 by 3
    parts = {IMAGE[a : a + height, b : b + width].tobytes() for a in range(2) for b in range(3)}
    seen = set()
    for place in range(6):
        single = np.eye(1, 6, place, dtype=np.int64).reshape(2, 3)
        output = _numbers(call("cross_correlate2d", IMAGE, single))
        if output is None or output.shape != (height, width):
            return "under a kernel with a single 1 the output is no part of the image"
        seen.add(np.rint(output).astype(IMAGE.dtype).tobytes())
    if seen == parts:
        return None
    return "under kernels with a single 1, each in another place, the outputs are not all parts"


def correlation_pads_with_zeros(call: Call) -> str | None:
    """Padding by one is the same as handing over an image with a frame of zeros."""
    padded = _numbers(call("cross_correlate2d", IMAGE, KERNEL, 1, 1))
    framed = _numbers(call("cross_correlate2d", np.pad(IMAGE, 1), KERNEL))
    if _same(padded, framed):
        return None
    return "padding=1 gives another result than no padding on an image with a frame of zeros"


def correlation_refuses_large_kernels(call: Call) -> str | None:
    """A kernel larger than the padded image, in one direction only, is refused."""
    for kernel in (np.ones((5, 2), dtype=np.int64), np.ones((2, 6), dtype=np.int64)):
        if not _refuses(call, "cross_correlate2d", IMAGE, kernel):
            return (
                f"a {kernel.shape[0]} by {kernel.shape[1]} kernel fits nowhere on a 4 by 5 image: "
                "raise ValueError"
            )
    return None


# --------------------------------------------------------------------------- q3b


def transposed_has_its_size(call: Call) -> str | None:
    """Each side of the output follows from the sides of image and kernel, stride and padding."""
    known = {(1, 0): (5, 7), (3, 0): (11, 15), (2, 1): (6, 9)}
    for (stride, padding), sides in known.items():
        observed = _shape(call("transposed_conv2d", IMAGE, KERNEL, stride, padding))
        if observed != sides:
            return (
                f"a 4 by 5 image and a 2 by 3 kernel with stride {stride} and padding {padding} "
                f"give {_sides(observed)}: where does the last copy of the kernel end?"
            )
    return None


def transposed_is_linear_in_the_image(call: Call) -> str | None:
    """The results of two images add up to the result of their sum."""

    def apply(image: Numbers) -> Any:
        return call("transposed_conv2d", image, KERNEL, 2)

    if _adds_up(apply, IMAGE, OTHER_IMAGE):
        return None
    return "the results of two images do not add up to the result of their sum, under one kernel"


def transposed_is_linear_in_the_kernel(call: Call) -> str | None:
    """The results of two kernels add up to the result of their sum."""

    def apply(kernel: Numbers) -> Any:
        return call("transposed_conv2d", IMAGE, kernel, 2)

    if _adds_up(apply, KERNEL, OTHER_KERNEL):
        return None
    return "the results of two kernels do not add up to the result of their sum, on one image"


def transposed_keeps_the_sum(call: Call) -> str | None:
    """Nothing is lost: the output sums to the sum of the image times that of the kernel."""
    for stride in (1, 2, 4):
        output = _numbers(call("transposed_conv2d", IMAGE, KERNEL, stride))
        if output is None or not np.isclose(output.sum(), IMAGE.sum() * KERNEL.sum(), atol=1e-3):
            return (
                f"with stride {stride} and no padding the output does not sum to the sum of the "
                "image times the sum of the kernel"
            )
    return None


def transposed_copies_the_kernel(call: Call) -> str | None:
    """An image with a single 1 gives one copy of the kernel and zeros."""
    single = np.zeros((2, 3), dtype=np.int64)
    single[1, 2] = 1
    expected = np.zeros((3, 5), dtype=np.int64)
    expected[1:, 2:] = KERNEL
    output = _numbers(call("transposed_conv2d", single, KERNEL))
    if _same(output, expected):
        return None
    return (
        "an image whose last entry is 1, all others 0, does not give one copy of the kernel at "
        "the lower right and zeros elsewhere"
    )


def transposed_refuses_to_crop_everything(call: Call) -> str | None:
    """When padding leaves no row, or no column, the call is refused."""
    row = np.ones((1, 4), dtype=np.int64)
    for image, name in ((row, "row"), (row.T, "column")):
        if not _refuses(call, "transposed_conv2d", image, np.ones((2, 2), dtype=np.int64), 1, 1):
            return (
                f"a single {name} of four ones under a 2 by 2 kernel: padding=1 leaves no {name}, "
                "so raise ValueError"
            )
    return None


def last_step_is_the_whole(call: Call) -> str | None:
    """After all its steps, q3b_steps gives what q3b gives (stride 1, no padding)."""
    whole = _numbers(call("transposed_conv2d", IMAGE, KERNEL))
    last = _numbers(call("transposed_conv2d_steps", IMAGE, KERNEL, IMAGE.size))
    if _same(whole, last):
        return None
    return (
        "transposed_conv2d and the last step of transposed_conv2d_steps differ, on a 4 by 5 image"
    )


# --------------------------------------------------------------------------- q3b_steps


def steps_begin_with_zeros(call: Call) -> str | None:
    """Before the first step there are zeros, as many as in the end."""
    before = _numbers(call("transposed_conv2d_steps", IMAGE, KERNEL, 0))
    after = _numbers(call("transposed_conv2d_steps", IMAGE, KERNEL, IMAGE.size))
    if before is None or after is None or before.shape != after.shape:
        return "the output after 0 steps is not as large as the output after all steps"
    return "the output after 0 steps is not all zeros" if before.any() else None


def steps_add_one_copy_each(call: Call) -> str | None:
    """Each step changes the output's sum by one entry of the image times the kernel's sum."""
    outputs = [
        _numbers(call("transposed_conv2d_steps", IMAGE, KERNEL, steps)) for steps in range(8)
    ]
    sums = np.array([np.nan if output is None else output.sum() for output in outputs])
    if np.allclose(np.diff(sums), IMAGE.flat[:7] * KERNEL.sum(), atol=1e-3):
        return None
    return (
        "on a 4 by 5 image, one of the first seven steps does not add the kernel times that "
        "step's entry of the image (row by row)"
    )


# --------------------------------------------------------------------------- reading results


def _numbers(value: Any) -> Numbers | None:
    """A result as a matrix of floats, or None if it is none."""
    try:
        matrix = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return matrix if matrix.ndim == 2 else None


def _shape(value: Any) -> tuple[int, ...] | None:
    matrix = _numbers(value)
    return None if matrix is None else matrix.shape


def _sides(shape: tuple[int, ...] | None) -> str:
    return "no matrix of numbers" if shape is None else f"{shape[0]} by {shape[1]}"


def _same(one: Numbers | None, other: Numbers | None) -> bool:
    """Whether two results agree up to the rounding of float32, at entries of this size."""
    if one is None or other is None or one.shape != other.shape:
        return False
    return bool(np.allclose(one, other, rtol=0, atol=1e-3))


def _adds_up(apply: Callable[[Numbers], Any], one: Numbers, other: Numbers) -> bool:
    parts = _numbers(apply(one)), _numbers(apply(other))
    whole = _numbers(apply(one + other))
    if parts[0] is None or parts[1] is None or parts[0].shape != parts[1].shape:
        return False
    return _same(parts[0] + parts[1], whole)


def _refuses(call: Call, function: str, *args: Any) -> bool:
    try:
        call(function, *args)
    except ValueError:
        return True
    return False
