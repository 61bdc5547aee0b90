"""Question 2b, one convolutional layer: the size it puts out (q2b_size) and what it owns (q2b_i).

Derivation of the size, along one side, in cells. With `padding` cells added on both ends the
kernel moves inside size + 2·padding cells. Its first cell can stand at 0, stride, 2·stride, … as
long as its last one is still inside, so at most at size + 2·padding − kernel_size. The positions
are the steps that fit into that distance, and one more for the start:

    floor((size − kernel_size + 2·padding) / stride) + 1

Derivation of the parameters. One output value sees a block of in_channels × height × width input
values, one weight for each, and adds one bias. The same filter is used at every position, so the
image's size does not appear; there is one such filter for each of the out_channels output maps:

    out_channels · (in_channels · height · width + 1)        without the 1 if bias=False
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np

from reference.q2_properties import (  # noqa: F401  config.yaml names them
    layer_same_for_pair_and_number,
    layer_same_when_kernel_turned,
    layer_smaller_without_bias,
    size_kept_by_single_cell,
    size_never_falls_in_larger_image,
)
from reference.regardless import regardless


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a kernel along one side of an image.

    Raises:
        ValueError: if the kernel is larger than the padded side.

    >>> conv_output_size(224, 7)
    218
    """
    if kernel_size > size + 2 * padding:
        raise ValueError(
            f"kernel_size={kernel_size} does not fit into {size} + 2 * {padding} padded cells"
        )
    return (size - kernel_size + 2 * padding) // stride + 1


def conv_layer_params(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = True
) -> int:
    """Count the parameters of one convolutional layer: its kernels and one bias per output map.

    Args:
        kernel_size: one number for a square, or (height, width).

    Raises:
        ValueError: if a number of channels or a side of the kernel is below 1.

    >>> conv_layer_params(3, 3, 7)
    444
    """
    height, width = kernel_sides(kernel_size)
    if min(in_channels, out_channels, height, width) < 1:
        raise ValueError(
            "channels and kernel sides must be at least 1, got "
            f"in_channels={in_channels}, out_channels={out_channels}, kernel_size={kernel_size}"
        )
    weights = out_channels * in_channels * height * width
    return weights + out_channels if bias else weights


def kernel_sides(kernel_size: int | tuple[int, int]) -> tuple[int, int]:
    """Give height and width of a kernel; one number means a square."""
    return kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)


def kernel_area(kernel_size: int | tuple[int, int]) -> int:
    """Count the cells of a kernel."""
    height, width = kernel_sides(kernel_size)
    return height * width


# ------------------------------------------------------------------ hidden cases


def strided_sides(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """A side, kernel, stride and padding where rounding down is felt, and all four matter."""
    stride = int(rng.integers(2, 5))
    kernel_size = int(rng.integers(3, 8))
    padding = int(rng.integers(1, 4))
    steps = int(rng.integers(4, 12))
    left_over = int(rng.integers(1, stride))  # cells that no further position uses
    return steps * stride + left_over + kernel_size - 2 * padding, kernel_size, stride, padding


def unit_stride_sides(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """A side, kernel and padding at stride 1."""
    kernel_size = int(rng.integers(2, 10))
    return int(rng.integers(11, 65)), kernel_size, 1, int(rng.integers(0, 4))


def unpadded_sides(rng: np.random.Generator) -> tuple[int, int, int]:
    """A side, kernel and stride, with the padding left out of the call."""
    stride = int(rng.integers(2, 5))
    return int(rng.integers(11, 65)), int(rng.integers(2, 10)), stride


def square_layers(rng: np.random.Generator) -> tuple[int, int, int]:
    """Different numbers of channels in and out, and one number for the kernel."""
    in_channels, out_channels = _two_channel_counts(rng)
    return in_channels, out_channels, int(rng.integers(2, 10))


def oblong_layers(rng: np.random.Generator) -> tuple[int, int, tuple[int, int]]:
    """Different numbers of channels, and a kernel whose height is not its width."""
    in_channels, out_channels = _two_channel_counts(rng)
    height, width = rng.choice(np.arange(1, 10), size=2, replace=False).tolist()
    return in_channels, out_channels, (height, width)


def layers_without_bias(rng: np.random.Generator) -> tuple[int, int, tuple[int, int], bool]:
    """As `oblong_layers`, with bias=False."""
    return *oblong_layers(rng), False


def _two_channel_counts(rng: np.random.Generator) -> tuple[int, int]:
    in_channels, out_channels = rng.choice(np.arange(2, 33), size=2, replace=False).tolist()
    return in_channels, out_channels


# ------------------------------------------------------------------ wrong answers: q2b_size


def size_without_start(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """You counted the steps of the kernel. Is the place where it starts a position too?"""
    return (size - kernel_size + 2 * padding) // stride


def size_padded_once(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Padding is added on how many ends of the side?"""
    return (size - kernel_size + padding) // stride + 1


def size_not_padded(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Your size does not change with the padding. Where may the kernel stand once zeros are
    added?"""
    return (size - kernel_size) // stride + 1


def size_at_unit_stride(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Your size does not change with the stride. Which positions does a stride of 2 skip?"""
    return size - kernel_size + 2 * padding + 1


def size_rounded_up(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """What happens to the last cells when another step would push the kernel over the edge?"""
    return -((kernel_size - size - 2 * padding) // stride) + 1


def size_start_divided(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Check your brackets on a tiny case: 5 cells, a kernel of 2, a stride of 2. Does the stride
    divide the starting position as well?"""
    return (size - kernel_size + 2 * padding + 1) // stride


def size_image_divided(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Which length does the stride cut into steps: the image, or the way that the kernel can go?"""
    return size // stride - kernel_size + 2 * padding + 1


def size_not_rounded(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> float:
    """A number of positions is a whole number. What should happen when the division is not
    exact?"""
    return (size - kernel_size + 2 * padding) / stride + 1


def size_of_same_padding(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Your size does not depend on the kernel. For which padding would that be right, and which
    padding is given?"""
    return -(-size // stride)


def size_of_transposed(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """This is the size after a transposed convolution. Which of the two makes an image smaller?"""
    return (size - 1) * stride - 2 * padding + kernel_size


def size_fit_unchecked(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """What does your function answer when the kernel is larger than the padded image, and what was
    asked for?"""
    return (size - kernel_size + 2 * padding) // stride + 1


# ------------------------------------------------------------------ wrong answers: q2b_i

Kernel = int | tuple[int, int]


def conv_no_bias(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Your count covers the kernel weights. Is there any other learnable number per output map?"""
    return in_channels * out_channels * kernel_area(kernel_size)


def conv_single_bias(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """You included a bias. How many output maps need one?"""
    return in_channels * out_channels * kernel_area(kernel_size) + bias


def conv_bias_per_pair(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """All slices of one filter add up to a single output value. How many biases does that value
    need?"""
    return (kernel_area(kernel_size) + bias) * in_channels * out_channels


def conv_bias_per_input(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Your formula is right only where the two channel counts are equal. Try it with different
    numbers of input and output channels: which side do the biases belong to?"""
    return in_channels * out_channels * kernel_area(kernel_size) + bias * in_channels


def conv_bias_per_weight(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Biases are not attached to single weights. What are they added to?"""
    return (1 + bias) * in_channels * out_channels * kernel_area(kernel_size)


def conv_bias_regardless(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Does your count change when the layer is built with bias=False?"""
    return in_channels * out_channels * kernel_area(kernel_size) + out_channels


def conv_bias_exchanged(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Call it with and without biases: which of the two counts should be the larger?"""
    return in_channels * out_channels * kernel_area(kernel_size) + (not bias) * out_channels


def conv_flat_filters(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """A filter looks at every input channel at once. What is its full 3-D shape?"""
    return (kernel_area(kernel_size) + bias) * out_channels


def conv_flat_filters_no_bias(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Two things are missing: how deep is a filter, and which number does each filter add?"""
    return kernel_area(kernel_size) * out_channels


def conv_filter_per_input(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Write down the shape of one filter. How many such filters are there?"""
    return (kernel_area(kernel_size) + bias) * in_channels


def conv_one_filter(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """You have counted one filter. How many output channels must be produced?"""
    return in_channels * kernel_area(kernel_size) + bias


def conv_one_flat_kernel(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """This is one 2-D kernel. Where do the input and the output channels come in?"""
    return kernel_area(kernel_size) + bias


def conv_channels_added(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Does an output channel share its weights with the others, or does it need a set of its own
    for every input channel?"""
    return (in_channels + out_channels) * kernel_area(kernel_size) + bias * out_channels


def conv_kernel_not_squared(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """When the kernel is given as one number, how many cells does it have: did you count both its
    height and its width?"""
    cells = kernel_area(kernel_size) if isinstance(kernel_size, tuple) else kernel_size
    return (in_channels * cells + bias) * out_channels


def conv_kernel_height_only(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """The kernel has a height and a width. Which of the two does your count use?"""
    return (in_channels * kernel_sides(kernel_size)[0] + bias) * out_channels


def conv_kernel_sides_added(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """How many entries does a k by k grid have?"""
    return (in_channels * sum(kernel_sides(kernel_size)) + bias) * out_channels


def conv_square_of_height(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Your function ignores one side of a kernel that is not square. Which one?"""
    return (in_channels * kernel_sides(kernel_size)[0] ** 2 + bias) * out_channels


def conv_square_of_width(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """Your function uses one side of a kernel twice. What if the other side is longer?"""
    return (in_channels * kernel_sides(kernel_size)[1] ** 2 + bias) * out_channels


def conv_weights_per_position(
    in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True
) -> int:
    """The same filter is used at every position. Should the image size appear in your formula at
    all?"""
    positions = 218 * 218  # of a 7 x 7 kernel in the printed 224 x 224 image
    return (in_channels * kernel_area(kernel_size) + bias) * out_channels * positions


# Each with `bias` never looked at, which is a slip of its own.
conv_single_bias_always = regardless(conv_single_bias)
conv_bias_per_pair_always = regardless(conv_bias_per_pair)
conv_bias_per_input_always = regardless(conv_bias_per_input)
conv_bias_per_weight_always = regardless(conv_bias_per_weight)
conv_flat_filters_always = regardless(conv_flat_filters)
conv_filter_per_input_always = regardless(conv_filter_per_input)
conv_one_filter_always = regardless(conv_one_filter)
conv_one_flat_kernel_always = regardless(conv_one_flat_kernel)
conv_channels_added_always = regardless(conv_channels_added)
conv_kernel_not_squared_always = regardless(conv_kernel_not_squared)
conv_kernel_height_only_always = regardless(conv_kernel_height_only)
conv_kernel_sides_added_always = regardless(conv_kernel_sides_added)
conv_square_of_height_always = regardless(conv_square_of_height)
conv_square_of_width_always = regardless(conv_square_of_width)
conv_weights_per_position_always = regardless(conv_weights_per_position)


def _of_a_number(wrong: Callable[..., int]) -> Callable[..., int]:
    """Make of a wrong answer the one that also fails where the kernel is a pair.

    As `kernel_size ** 2` does. That costs half of the points, and must not hide the other slip.
    """

    @wraps(wrong)
    def only(in_channels: int, out_channels: int, kernel_size: Kernel, bias: bool = True) -> int:
        if isinstance(kernel_size, tuple):
            raise ValueError("a pair has no square")
        return wrong(in_channels, out_channels, kernel_size, bias)

    return only


conv_no_bias_of_a_number = _of_a_number(conv_no_bias)
conv_single_bias_of_a_number = _of_a_number(conv_single_bias)
conv_bias_per_pair_of_a_number = _of_a_number(conv_bias_per_pair)
conv_bias_per_input_of_a_number = _of_a_number(conv_bias_per_input)
conv_kernel_not_squared_of_a_number = _of_a_number(conv_kernel_not_squared)
