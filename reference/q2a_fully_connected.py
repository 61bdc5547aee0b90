"""Question 2a: the parameters of a fully connected network, layer by layer and in all.

Derivation. In a fully connected layer each of the n_out units that compute something owns one
weight for each of the n_in values it receives, and one bias:

    n_out · (n_in + 1)        without the 1 if bias=False

A network with the sizes [a, b, c] has two such layers, a → b and b → c: the input computes
nothing and owns nothing, so there is one layer less than there are sizes. An image is flattened
into channels · height · width values first.

The printed network has 11,336,941,156 parameters: more than int32 can hold, and more digits than
float32 keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from reference.counts import whole_numbers
from reference.q2_properties import (  # noqa: F401  config.yaml names them
    layers_counted_apart,
    layers_smaller_without_bias,
    network_larger_with_more_hidden_units,
    network_same_when_image_turned,
    one_count_for_each_layer,
)
from reference.regardless import regardless


def fc_layer_params(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Count the parameters of each fully connected layer, in order.

    Args:
        sizes: units per level, the input's first. Without two of them there is no layer.

    Raises:
        ValueError: if a size is below 1.

    >>> fc_layer_params([150528, 75264, 100])
    [11329414656, 7526500]
    """
    if any(size < 1 for size in sizes):
        raise ValueError(f"every size must be at least 1, got sizes={list(sizes)}")
    return [n_in * n_out + n_out if bias else n_in * n_out for n_in, n_out in pairwise(sizes)]


def fc_network_params(
    image_shape: tuple[int, int, int],
    hidden_divisor: int,
    classes: int,
    *,
    fc_layer_params: Callable[..., list[int]] = fc_layer_params,
) -> int:
    """Count the parameters of a network with one hidden layer on a flattened image.

    Args:
        image_shape: channels, height, width.
        hidden_divisor: the hidden layer has one unit for so many input values.

    Raises:
        ValueError: if the input size is not divisible by `hidden_divisor`.

    >>> fc_network_params((3, 224, 224), 2, 100)
    11336941156
    """
    channels, height, width = image_shape
    inputs = channels * height * width
    if inputs % hidden_divisor != 0:
        raise ValueError(f"{inputs} input values are not divisible by {hidden_divisor}")
    return sum(whole_numbers(fc_layer_params([inputs, inputs // hidden_divisor, classes])))


# ------------------------------------------------------------------ hidden cases


def layer_sizes(rng: np.random.Generator) -> tuple[list[int]]:
    """Three to six levels, no two of one size."""
    levels = int(rng.integers(3, 7))
    return (rng.choice(np.arange(2, 61), size=levels, replace=False).tolist(),)


def layer_sizes_without_bias(rng: np.random.Generator) -> tuple[list[int], bool]:
    """As `layer_sizes`, with bias=False."""
    return *layer_sizes(rng), False


def wide_layer_sizes(rng: np.random.Generator) -> tuple[list[int]]:
    """A layer that outgrows int32 and has more digits than float32 keeps."""
    inputs, hidden = rng.integers(60_000, 180_000, size=2).tolist()
    return ([inputs, hidden, int(rng.integers(5, 200))],)


def images(rng: np.random.Generator) -> tuple[tuple[int, int, int], int, int]:
    """An image whose channels, height and width differ, and a divisor of both sides."""
    hidden_divisor = int(rng.integers(2, 7))
    channels, rows, columns = rng.choice(np.arange(2, 13), size=3, replace=False).tolist()
    shape = (channels, rows * hidden_divisor, columns * hidden_divisor)
    return shape, hidden_divisor, int(rng.integers(7, 60))


def large_images(rng: np.random.Generator) -> tuple[tuple[int, int, int], int, int]:
    """An image whose network outgrows int32 and has more digits than float32 keeps."""
    rows, columns = rng.choice(np.arange(75, 125), size=2, replace=False).tolist()
    return (3, 2 * rows, 2 * columns), 2, 2 * int(rng.integers(10, 100)) + 1


# ------------------------------------------------------------------ wrong answers: q2a_i


def layers_no_bias(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """You have counted the connections between units. Does each unit own any other learnable
    number?"""
    return [n_in * n_out for n_in, n_out in pairwise(sizes)]


def layers_bias_per_input(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """You added extra parameters in the right spirit. Decide which side owns them: the units that
    send or the units that receive?"""
    return [n_in * n_out + bias * n_in for n_in, n_out in pairwise(sizes)]


def layers_single_bias(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """You included a bias. Do all units of the layer share it, or does each have its own?"""
    return [n_in * n_out + bias for n_in, n_out in pairwise(sizes)]


def layers_bias_on_both_sides(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """One of the two groups of biases you added does not exist. Which units compute something?"""
    return [n_in * n_out + bias * (n_in + n_out) for n_in, n_out in pairwise(sizes)]


def layers_bias_regardless(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Does your count change when the layers are built with bias=False?"""
    return [n_in * n_out + n_out for n_in, n_out in pairwise(sizes)]


def layers_bias_exchanged(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Call it with and without biases: which of the two counts should be the larger?"""
    return fc_layers(sizes, bias=not bias)


def layers_last_without_bias(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Are the units of the last layer different from the others? Compare what each of them owns."""
    counts = fc_layers(sizes, bias=bias)
    return counts[:-1] + [n_in * n_out for n_in, n_out in pairwise(sizes[-2:])]


def layers_all_fed_by_input(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Each layer is fed by the one just before it. Which size did you multiply by?"""
    return [sizes[0] * n_out + bias * n_out for n_out in sizes[1:]]


def layers_with_input(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Your list has an entry for the input as well. Which levels of the network compute
    something?"""
    return [0 for _ in sizes[:1]] + fc_layers(sizes, bias=bias)


def layers_without_last(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """How many layers connect three levels of units, and how many counts do you return?"""
    return fc_layers(sizes[:-1], bias=bias)


def layers_summed(sizes: Sequence[int], bias: bool = True) -> int:
    """You return one number. How many were asked for?"""
    return sum(fc_layers(sizes, bias=bias))


def layers_int32(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """A parameter count cannot be negative. Is your integer type large enough for the result?"""
    return [as_int32(count) for count in fc_layers(sizes, bias=bias)]


def layers_float32(sizes: Sequence[int], bias: bool = True) -> list[float]:
    """The last digits were rounded away. Which number type keeps every digit of a whole number this
    large?"""
    rounded = [np.float32(size) for size in sizes]
    return [float(n_in * n_out + bias * n_out) for n_in, n_out in pairwise(rounded)]


# Each with `bias` never looked at, which is a slip of its own.
layers_bias_per_input_always = regardless(layers_bias_per_input)
layers_single_bias_always = regardless(layers_single_bias)
layers_bias_on_both_sides_always = regardless(layers_bias_on_both_sides)
layers_all_fed_by_input_always = regardless(layers_all_fed_by_input)


# ------------------------------------------------------------------ wrong answers: q2a_ii
# As the reference, those that count by layers take another step: a slip is recognised on top of a
# student's own one, too.

Step = Callable[..., list[int]]


def network_hidden_rounded_down(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """What does your function answer when the input size cannot be divided, and what was asked
    for?"""
    inputs = flattened(image_shape)
    return _sum([inputs, inputs // hidden_divisor, classes], **steps)


def network_no_bias(image_shape: tuple[int, int, int], hidden_divisor: int, classes: int) -> int:
    """You have counted the connections between units. Does each unit own any other learnable
    number?"""
    inputs = flattened(image_shape)
    return sum(fc_layers([inputs, inputs // hidden_divisor, classes], bias=False))


def network_bias_per_input(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> int:
    """Your biases belong to the units that send. Which units compute something with what they
    get?"""
    inputs = flattened(image_shape)
    return sum(layers_bias_per_input([inputs, inputs // hidden_divisor, classes]))


def network_single_bias(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> int:
    """You included a bias for each layer. Do all units of a layer share it?"""
    inputs = flattened(image_shape)
    return sum(layers_single_bias([inputs, inputs // hidden_divisor, classes]))


def network_bias_on_both_sides(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> int:
    """In each layer you added two groups of biases. Which of them belongs to units that compute?"""
    inputs = flattened(image_shape)
    return sum(layers_bias_on_both_sides([inputs, inputs // hidden_divisor, classes]))


def network_input_has_biases(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """You gave every unit a bias. Which units only hand on a value of the image?"""
    inputs = flattened(image_shape)
    return inputs + _sum([inputs, inputs // hidden_divisor, classes], **steps)


def network_output_no_bias(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> int:
    """Are the units of the output different from the hidden ones? Compare what each of them
    owns."""
    inputs = flattened(image_shape)
    return sum(layers_last_without_bias([inputs, inputs // hidden_divisor, classes]))


def network_first_layer_only(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Your count ends at the hidden layer. What turns its units into class scores?"""
    inputs = flattened(image_shape)
    return _sum([inputs, inputs // hidden_divisor], **steps)


def network_hidden_skipped(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Your network goes from the image straight to the classes. What lies between them?"""
    return _sum([flattened(image_shape), classes], **steps)


def network_output_fed_by_input(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> int:
    """The output layer is fed by the layer just before it. Which size did you multiply by?"""
    inputs = flattened(image_shape)
    return sum(layers_all_fed_by_input([inputs, inputs // hidden_divisor, classes]))


def network_one_channel(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """How many numbers describe one pixel of this image?"""
    _, height, width = image_shape
    return _sum([height * width, height * width // hidden_divisor, classes], **steps)


def network_hidden_of_one_channel(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Your input has all channels and your hidden layer is a share of one. Which size is
    divided?"""
    _, height, width = image_shape
    return _sum([flattened(image_shape), height * width // hidden_divisor, classes], **steps)


def network_sides_divided(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Compare your hidden width with the number of input values after flattening. Is it the stated
    fraction of it?"""
    channels, height, width = image_shape
    hidden = channels * (height // hidden_divisor) * (width // hidden_divisor)
    return _sum([flattened(image_shape), hidden, classes], **steps)


def network_hidden_as_wide_as_input(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Re-read the stated size of the hidden layer. Where does the divisor enter your count?"""
    inputs = flattened(image_shape)
    return _sum([inputs, inputs, classes], **steps)


def network_divisor_as_width(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int, **steps: Step
) -> int:
    """Is hidden_divisor the number of hidden units, or what the input size is divided by?"""
    return _sum([flattened(image_shape), hidden_divisor, classes], **steps)


def network_int32(image_shape: tuple[int, int, int], hidden_divisor: int, classes: int) -> int:
    """A parameter count of a network this large came out too small. How far does your integer type
    reach?"""
    inputs = flattened(image_shape)
    return as_int32(_sum([inputs, inputs // hidden_divisor, classes]))


def network_float32(image_shape: tuple[int, int, int], hidden_divisor: int, classes: int) -> float:
    """The last digits were rounded away. Which number type keeps every digit of a whole number this
    large?"""
    inputs = flattened(image_shape)
    first, second = layers_float32([inputs, inputs // hidden_divisor, classes])
    return float(np.float32(first) + np.float32(second))


def fc_layers(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Count each layer's parameters without looking at the sizes."""
    return [n_out * (n_in + bias) for n_in, n_out in pairwise(sizes)]


def _sum(sizes: Sequence[int], *, fc_layer_params: Step = fc_layers) -> int:
    """Count the parameters of all layers together."""
    return sum(fc_layer_params(sizes))


def flattened(image_shape: tuple[int, int, int]) -> int:
    """Count the values of an image."""
    channels, height, width = image_shape
    return channels * height * width


def as_int32(count: int) -> int:
    """Wrap a count around as 32-bit integers do."""
    return (count + 2**31) % 2**32 - 2**31
