"""Question 2b (ii): how many convolutional layers in a row take an image to a given size.

Derivation. One layer takes a side of `size` cells to f(size) = conv_output_size(size, …), and f
never falls as size grows. So the sizes along a chain of equal layers only shrink, only grow or
stay: each of them is nearer to a target still ahead than the one before, and once they have
passed it (or stand still, as with a kernel of 1 or "same" padding) they never come back. The
count goes on exactly as long as every layer brings the size nearer to the target. That needs no
more layers than the two sizes lie apart, so it ends whatever the step does.

Without padding and at stride 1 a layer takes away kernel_size − 1 cells, which gives the closed
form (size − target) / (kernel_size − 1), if that is a whole number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps

import numpy as np

from reference.counts import whole_number
from reference.q2_properties import (  # noqa: F401  config.yaml names them
    layers_lead_to_target,
    no_layers_between_equal_sizes,
)
from reference.q2b_layer import (
    conv_output_size,
    size_at_unit_stride,
    size_not_padded,
    size_padded_once,
    size_rounded_up,
    size_start_divided,
    size_without_start,
)


def conv_layers_needed(
    size: int,
    target: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    *,
    conv_output_size: Callable[..., int] = conv_output_size,
) -> int | None:
    """Count the layers that take `size` exactly to `target`: 0 if they are equal, None if none do.

    >>> conv_layers_needed(224, 8, 7), conv_layers_needed(224, 9, 7)
    (36, None)
    """
    layers = 0
    while size != target:
        if kernel_size > size + 2 * padding:
            return None
        following = whole_number(conv_output_size(size, kernel_size, stride, padding))
        if abs(following - target) >= abs(size - target):
            return None
        size = following
        layers += 1
    return layers


# ------------------------------------------------------------------ hidden cases


def reachable_chains(rng: np.random.Generator) -> tuple[int, int, int]:
    """Layers without padding that meet the target."""
    kernel_size = int(rng.choice([3, 5, 7, 9]))
    target = int(rng.integers(10, 41))
    return target + int(rng.integers(10, 80)) * (kernel_size - 1), target, kernel_size


def padded_chains(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers that meet a large target although padding makes up for a part of the loss."""
    padding = int(rng.integers(1, 4))
    loss = int(rng.choice([2, 4]))
    target = int(rng.integers(257, 300))  # beyond the integers that Python keeps one object of
    return target + int(rng.integers(10, 60)) * loss, target, 2 * padding + 1 + loss, 1, padding


def chains_to_one_cell(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers down to a single cell: the last kernel fits just so, thanks to both paddings."""
    padding = int(rng.integers(1, 4))
    return 1 + 2 * int(rng.integers(3, 9)), 1, 2 * padding + 3, 1, padding


def passing_chains(rng: np.random.Generator) -> tuple[int, int, int]:
    """Layers that pass the target by less than they fall short of it with one layer fewer.

    That tells a number of layers rounded to the nearest from one rounded down.
    """
    kernel_size = int(rng.choice([5, 7, 9]))
    loss = kernel_size - 1
    target = int(rng.integers(10, 41))
    left_over = int(rng.integers(loss // 2 + 1, loss))
    return target + int(rng.integers(10, 60)) * loss + left_over, target, kernel_size


def equal_sizes(rng: np.random.Generator) -> tuple[int, int, int]:
    """Nothing to do."""
    size = int(rng.integers(10, 41))
    return size, size, int(rng.choice([3, 5, 7]))


def same_padding(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Padding that keeps the size: the target is never met, and a naive loop never ends."""
    padding = int(rng.integers(1, 4))
    target = int(rng.integers(4, 20))
    return target + int(rng.integers(2, 20)), target, 2 * padding + 1, 1, padding


def strided_chains(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers with stride 2 or 3 that meet the target; every layer leaves other cells over."""
    stride = int(rng.integers(2, 4))
    padding = int(rng.integers(1, 3))
    kernel_size = 2 * padding + 1
    target = int(rng.integers(4, 9))
    size = target
    for _ in range(int(rng.integers(2, 7))):
        size = (size - 1) * stride + kernel_size - 2 * padding + int(rng.integers(0, stride))
    return size, target, kernel_size, stride, padding


def strided_passing_chains(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers with stride 2 or 3 that pass the target and then shrink for ever to a single cell."""
    size, last, kernel_size, stride, padding = strided_chains(rng)
    return size, last + 1, kernel_size, stride, padding


def growing_chains(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers padded so much that the image grows to the target, by 4 cells at a time."""
    padding = int(rng.integers(3, 5))
    size = int(rng.integers(8, 30))
    return size, size + int(rng.integers(10, 60)) * 4, 2 * padding - 3, 1, padding


def growing_passing_chains(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Layers padded so much that the image outgrows the target and gets ever farther from it."""
    size, target, kernel_size, stride, padding = growing_chains(rng)
    return size, target + 1, kernel_size, stride, padding


# ------------------------------------------------------------------ wrong answers: counting
# As the reference, they take another step: a slip is recognised on top of a student's own one, too.

Step = Callable[..., int]


def _following(
    size: int,
    kernel_size: int,
    stride: int,
    padding: int,
    *,
    conv_output_size: Step = lambda size, kernel_size, stride, padding: (
        (size - kernel_size + 2 * padding) // stride + 1
    ),
) -> int:
    """Give the size after one layer, without looking whether the kernel fits."""
    return conv_output_size(size, kernel_size, stride, padding)


def layers_one_more(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Test your count on a tiny case: how many layers take size 10 to size 8 with a kernel of 3?
    And how many take size 8 to size 8?"""
    layers = conv_layers_needed(size, target, kernel_size, stride, padding, **steps)
    return None if layers is None else layers + 1


def layers_one_more_if_any(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Test your count on a tiny case: how many layers take size 10 to size 8 with a kernel of 3? Is
    the image itself one of them?"""
    layers = conv_layers_needed(size, target, kernel_size, stride, padding, **steps)
    return layers + 1 if layers else layers


def layers_one_less(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Test your count on a tiny case: how many layers take size 10 to size 8 with a kernel of 3,
    and how many does your function count?"""
    layers = conv_layers_needed(size, target, kernel_size, stride, padding, **steps)
    return None if layers is None else layers - 1


def layers_one_less_if_any(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Test your count on a tiny case: how many layers take size 10 to size 8 with a kernel of 3? Is
    the last one counted?"""
    layers = conv_layers_needed(size, target, kernel_size, stride, padding, **steps)
    return layers - 1 if layers else layers


def layers_never_growing(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Can an image also become larger from layer to layer? Try a small kernel with much padding."""
    if target > size:
        return None
    return conv_layers_needed(size, target, kernel_size, stride, padding, **steps)


def layers_minus_one_for_never(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int:
    """How would a caller tell your answer for "it never happens" from a number? What was asked
    for?"""
    layers = conv_layers_needed(size, target, kernel_size, stride, padding, **steps)
    return -1 if layers is None else layers


def layers_zero_for_never(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int:
    """For which inputs is no layer needed, and for which is no number of layers enough? Your
    function answers both alike."""
    return conv_layers_needed(size, target, kernel_size, stride, padding, **steps) or 0


def layers_past_target(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Your loop stops when it has passed the target. Was the target hit exactly?"""
    layers = 0
    while size > target:
        following = _following(size, kernel_size, stride, padding, **steps)
        if following >= size:
            return None
        size = following
        layers += 1
    return layers


def layers_past_target_if_kernel_fits(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Your loop notices a kernel that no longer fits. Does it notice a target that was passed?"""
    layers = 0
    while size > target:
        if kernel_size > size + 2 * padding:
            return None
        following = _following(size, kernel_size, stride, padding, **steps)
        if following >= size:
            return None
        size = following
        layers += 1
    return layers


def layers_short_of_target(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Your loop stops before it would pass the target. Is the size then the one that was asked
    for?"""
    layers = 0
    following = _following(size, kernel_size, stride, padding, **steps)
    while following >= target:
        if following >= size:
            return None
        size = following
        layers += 1
        following = _following(size, kernel_size, stride, padding, **steps)
    return layers


# ------------------------------------------------------------------ wrong answers: another layer


def layers_without_start(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """How much does one layer take away? Slide a kernel over a short strip by hand, and count the
    place where it starts."""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_without_start
    )


def layers_start_divided(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your layers are right at stride 1. What does the stride divide, and what is added after
    it?"""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_start_divided
    )


def layers_rounded_up(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """What happens to the last cells when another step would push the kernel over the edge?"""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_rounded_up
    )


def layers_unpadded(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your count is right without padding. What does padding do to the loss per layer?"""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_not_padded
    )


def layers_padded_once(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Follow one padded layer by hand. Padding is added on how many ends?"""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_padded_once
    )


def layers_at_unit_stride(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your count is right at stride 1. Where in it is the stride?"""
    return conv_layers_needed(
        size, target, kernel_size, stride, padding, conv_output_size=size_at_unit_stride
    )


def layers_shrinking_at_unit_stride(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your count is right where every layer removes the same amount. Is that so for larger strides,
    and for images that grow?"""
    if target > size:
        return None
    return layers_at_unit_stride(size, target, kernel_size, stride, padding)


def layers_plain(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your count is right for layers without padding at stride 1. What do the last two arguments
    change?"""
    return conv_layers_needed(size, target, kernel_size)


# ------------------------------------------------------------------ wrong answers: shrinking only
# `while size > target`: most are written so. Beside a slip that shows wherever an image
# shrinks, they answer None where it has to grow, which alone is worth most of the points and must
# not hide the slip.


def _shrinking(wrong: Callable[..., int | None]) -> Callable[..., int | None]:
    """Make of a wrong answer the one that also never enters its loop where an image has to grow."""

    @wraps(wrong)
    def only(
        size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
    ) -> int | None:
        if target > size:
            return None
        return wrong(size, target, kernel_size, stride, padding, **steps)

    return only


layers_one_more_shrinking = _shrinking(layers_one_more)
layers_one_more_if_any_shrinking = _shrinking(layers_one_more_if_any)
layers_one_less_shrinking = _shrinking(layers_one_less)
layers_one_less_if_any_shrinking = _shrinking(layers_one_less_if_any)
layers_without_start_shrinking = _shrinking(layers_without_start)


def layers_one_more_past_target(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Test your count on a tiny case: how many layers take size 10 to size 8 with a kernel of 3?
    And is the target always hit where your loop stops?"""
    layers = layers_past_target(size, target, kernel_size, stride, padding, **steps)
    return None if layers is None else layers + 1


def layers_beyond_target(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0, **steps: Step
) -> int | None:
    """Your loop goes on when the target is met. How many layers take size 8 to size 8?"""
    layers = 0
    while size >= target:
        following = _following(size, kernel_size, stride, padding, **steps)
        if following >= size:
            return None
        size = following
        layers += 1
    return layers


def layers_of_whole_kernels_exact(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Slide a kernel over a short strip by hand and count the positions. How many cells does one
    layer take away?"""
    layers, left_over = divmod(size - target, kernel_size)
    return None if left_over or layers < 0 else layers


# ------------------------------------------------------------------ wrong answers: closed forms
# They divide by what one layer takes away, and fail where that is nothing. A student's own may
# answer None there, which counts as the same.


def layers_floor_unpadded(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Correct without padding, if the division is exact. What does padding do to the loss per
    layer, and what does rounding down hide?"""
    return (size - target) // (kernel_size - 1)


def layers_cut_off_unpadded(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Correct without padding, if the division is exact. What does padding do to the loss per
    layer, and what does int() hide?"""
    return int((size - target) / (kernel_size - 1))


def layers_exact_unpadded(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Your count is right for layers without padding at stride 1. What do the last two arguments
    change, and what is a negative number of layers?"""
    layers, left_over = divmod(size - target, kernel_size - 1)
    return None if left_over else layers


def layers_rounded_unpadded(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Apply your number of layers to a padded image. Does the size really come out?"""
    return round((size - target) / (kernel_size - 1))


def layers_floor_padded_once(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Padding is added on how many sides?"""
    return (size - target) // (kernel_size - 1 - padding)


def layers_floor_at_unit_stride(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Your formula assumes that every layer removes the same amount. Is that so for larger
    strides?"""
    return (size - target) // (kernel_size - 1 - 2 * padding)


def layers_as_fraction(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> float:
    """A number of layers is a whole number. What should happen when the division is not exact?"""
    return (size - target) / (kernel_size - 1 - 2 * padding)


def layers_of_whole_kernels(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Slide a kernel over a short strip by hand and count the positions. How many cells are
    lost?"""
    return (size - target) // kernel_size


def layers_of_whole_kernels_rounded_up(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Slide a kernel over a short strip by hand and count the positions. Is one kernel's length
    lost?"""
    return -((target - size) // kernel_size)


def layers_losing_too_little(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Slide a kernel over a short strip by hand. How many positions fewer than cells do you
    count?"""
    return math.ceil((size - target) / (kernel_size - 2))


def layers_losing_one_end(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """The border is lost on how many sides of the image?"""
    return 2 * (size - target) // (kernel_size - 1)


def layers_losing_one_end_as_fraction(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> float:
    """The border is lost on how many sides of the image? And what should happen when your division
    is not exact?"""
    return (size - target) / ((kernel_size - 1) / 2)


def layers_without_target(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Your layers go on past the size that was asked for. Where does the target enter?"""
    return size // (kernel_size - 1)


def layers_halving(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Which layer type halves the size? Check stride and padding in the question."""
    return math.ceil(math.log2(size / target))


def layers_as_ratio(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Does each layer change the size by a factor or by a difference?"""
    return size // target
