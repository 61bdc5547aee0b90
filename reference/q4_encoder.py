"""Question 4: the downsampling path of a fully convolutional encoder.

The path is a chain of convolutions with stride 1 and no padding. Each takes kernel_size − 1 cells
from height and width, so from `size` to `latent` there are

    L = (size − latent) / (kernel_size − 1)        layers, if that is a whole number

(question 2b ii counts them). Channels: the image's, then the widths in their order, then the last
width over and over until there are L outputs. Layer l reads what layer l − 1 made:

    in_channels → w[0] → w[1] → … → w[n−1] → w[n−1] → …

and owns, by question 2b (i), out · (in · kernel_size² + 1) parameters: for each of its output
channels a filter as deep as its input, and one bias. The biases are in there already; there is
one for each output channel, not one for each layer.

The printed encoder, 3 × 224 × 224 to 16 × 16 with 3 × 3 kernels: L = 208 / 2 = 104 layers; five
of them have widths of their own, 99 are 256 → 256.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from reference.counts import whole_number, whole_numbers
from reference.q2b_depth import conv_layers_needed
from reference.q2b_layer import conv_layer_params
from reference.q4_properties import (  # noqa: F401  config.yaml names them
    layers_are_counted_one_by_one,
    layers_refuse_what_cannot_be_built,
    longer_chains_begin_alike,
    no_layers_for_equal_sizes,
    total_is_the_sum_of_the_layers,
    total_refuses_what_cannot_be_built,
)

MOST_LAYERS = 10_000  # a step that asks for more has lost count; the list would only eat memory


def encoder_layer_params(
    size: int,
    latent: int,
    in_channels: int,
    widths: Sequence[int],
    kernel_size: int = 3,
    *,
    conv_layer_params: Callable[..., object] = conv_layer_params,
    conv_layers_needed: Callable[..., object] = conv_layers_needed,
) -> list[int]:
    """Count the parameters of each layer, from the image to the latent.

    Args:
        size: height and width of the image.
        latent: height and width of the last map.
        in_channels: channels of the image.
        widths: output channels of the first layers; the last one repeats as often as needed,
            and where fewer layers are needed the first ones count.
        kernel_size: height and width of every kernel.
        conv_layer_params: the step of question 2b (i).
        conv_layers_needed: the step of question 2b (ii).

    Raises:
        ValueError: if no number of layers leads to the latent, or if layers are needed and
            there are no widths.

    >>> encoder_layer_params(9, 3, 1, [2, 4])
    [20, 76, 148]
    """
    layers = conv_layers_needed(size, latent, kernel_size)
    if layers is None:
        raise ValueError(f"no number of layers takes size {size} to latent {latent}")
    count = _count(layers, most=MOST_LAYERS)
    if count and not widths:
        raise ValueError(f"{count} layers are needed, but widths is empty")
    channels = [in_channels, *(widths[min(i, len(widths) - 1)] for i in range(count))]
    return [_count(conv_layer_params(*pair, kernel_size)) for pair in pairwise(channels)]


def encoder_params(
    size: int,
    latent: int,
    in_channels: int,
    widths: Sequence[int],
    kernel_size: int = 3,
    *,
    encoder_layer_params: Callable[..., object] = encoder_layer_params,
) -> int:
    """Count the parameters of the whole path: all layers together, biases included.

    Raises:
        ValueError: as `encoder_layer_params`.

    >>> encoder_params(9, 3, 1, [2, 4])
    244
    """
    return sum(whole_numbers(encoder_layer_params(size, latent, in_channels, widths, kernel_size)))


def _count(value: object, most: float = math.inf) -> int:
    """Read what a step returned as a count, refusing what cannot count anything."""
    number = whole_number(value)
    if not 0 <= number <= most:
        raise ValueError(f"a step counted {number}, which is not from 0 to {most}")
    return number


# --------------------------------------------------------------------------- hidden inputs

Encoder = tuple[int, int, int, list[int], int]


def long_chains(rng: np.random.Generator) -> tuple[int, int, int, list[int]]:
    """Many more layers than widths; the kernel size is left to its default."""
    return _encoder(rng, int(rng.integers(30, 120)), int(rng.integers(2, 6)), 3)[:4]


def other_kernels(rng: np.random.Generator) -> Encoder:
    """Kernels other than 3 by 3, even ones among them."""
    kernel_size = int(rng.choice((2, 4, 5, 7)))
    widths = int(rng.integers(2, 5))
    return _encoder(rng, widths + int(rng.integers(3, 12)), widths, kernel_size)


def short_chains(rng: np.random.Generator) -> Encoder:
    """Fewer layers than widths."""
    layers = int(rng.integers(2, 4))
    return _encoder(rng, layers, layers + int(rng.integers(1, 3)), int(rng.choice((3, 4))))


def even_chains(rng: np.random.Generator) -> Encoder:
    """Exactly one layer for each width."""
    layers = int(rng.integers(3, 6))
    return _encoder(rng, layers, layers, 3)


def single_layers(rng: np.random.Generator) -> Encoder:
    """One layer is enough."""
    return _encoder(rng, 1, int(rng.integers(2, 4)), int(rng.choice((3, 5))))


def single_widths(rng: np.random.Generator) -> Encoder:
    """All layers have the one width."""
    return _encoder(rng, int(rng.integers(4, 12)), 1, 3)


def _encoder(rng: np.random.Generator, layers: int, widths: int, kernel_size: int) -> Encoder:
    """Draw a latent, and channels which all differ and never double from one to the next."""
    latent = int(rng.integers(kernel_size + 1, 20))
    while True:
        channels = [int(width) for width in rng.permutation(np.arange(2, 40))[: widths + 1]]
        if all(after != 2 * before for before, after in pairwise(channels)):
            size = latent + layers * (kernel_size - 1)
            return size, latent, channels[0], channels[1:], kernel_size


# --------------------------------------------------------------------------- wrong answers
# Each is a formula without guards; its docstring is what the student is asked. As the reference,
# they take other steps: a slip is recognised on top of a student's own ones, too.

Widths = Sequence[int]
Step = Callable[..., object]
TRUE_STEPS: Mapping[str, Step] = {}


def _layers(
    size: int, latent: int, kernel_size: int, steps: Mapping[str, Step] = TRUE_STEPS
) -> int:
    """The number of layers, where there is one."""
    if conv_layers_needed := steps.get("conv_layers_needed"):
        return _count(conv_layers_needed(size, latent, kernel_size), most=MOST_LAYERS)
    return (size - latent) // (kernel_size - 1)


def _chain(in_channels: int, widths: Sequence[int], layers: int) -> list[tuple[int, int]]:
    """Input and output channels of each layer."""
    if layers > 0 and not widths:
        raise ValueError("layers without widths")
    outputs = [widths[min(i, len(widths) - 1)] for i in range(layers)]
    return list(pairwise([in_channels, *outputs]))


def _params(
    chain: Sequence[tuple[int, int]], kernel_size: int, steps: Mapping[str, Step] = TRUE_STEPS
) -> list[int]:
    if conv_layer_params := steps.get("conv_layer_params"):
        return [_count(conv_layer_params(*pair, kernel_size)) for pair in chain]
    return [(seen * kernel_size**2 + 1) * made for seen, made in chain]


# H5: L − 1
def one_layer_short(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many layers take 5 to 3, with 3 by 3 kernels, by hand and by your code?"""
    layers = _layers(size, latent, kernel_size, steps) - 1
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H6: L + 1
def one_layer_too_many(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many layers does a tiny case need? Do the listed layers and the repeated ones add up
    to that?"""
    layers = _layers(size, latent, kernel_size, steps) + 1
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H7: one repeated layer too few; the same as H5 wherever layers are repeated
def repeats_one_short(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many layers remain after the ones that have a width of their own?"""
    layers = _layers(size, latent, kernel_size, steps)
    listed = _params(_chain(in_channels, widths, min(layers, len(widths))), kernel_size, steps)
    repeated = _params([(widths[-1], widths[-1])], kernel_size, steps)
    return listed + repeated * (layers - len(listed) - 1)


# H8: the layer that first reaches the last width is counted as a repeated one
def repeats_one_early(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Which layer is the first whose input already has the final width?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    last = len(widths) - 1
    chain[last : last + 1] = [(made, made) for _, made in chain[last : last + 1]]
    return _params(chain, kernel_size, steps)


# H9: the listed layers only
def repeats_left_out(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How large is the map after your last layer, and how large should it be?"""
    layers = min(_layers(size, latent, kernel_size, steps), len(widths))
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H10: the repeated layers only
def repeats_only(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Where are the first layers, which have other widths?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return _params(chain[len(widths) :], kernel_size, steps)


# H11: the first layer reads one channel
def image_channels_ignored(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many channels does the input image have?"""
    return _params(_chain(1, widths, _layers(size, latent, kernel_size, steps)), kernel_size, steps)


# H12: (k·k + 1)·out
def input_depth_ignored(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """What is the depth of one filter in layer 2?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return _params([(1, made) for _, made in chain], kernel_size, steps)


# H13: (out·k·k + 1)·out
def input_as_wide_as_output(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Which layer makes the input of a layer? Write both channel counts next to each layer."""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return _params([(made, made) for _, made in chain], kernel_size, steps)


def every_layer_reads_the_image(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many channels does the second layer read, and where do they come from?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return _params([(in_channels, made) for _, made in chain], kernel_size, steps)


# H14: (in·k + 1)·out
def kernel_not_squared(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """The kernel has a height and a width. Where are they in your formula?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return [(seen * kernel_size + 1) * made for seen, made in chain]


# H15: every layer reads and makes the last width
def final_width_everywhere(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Do all layers have the final width?"""
    layers = _layers(size, latent, kernel_size, steps)
    return _params([(widths[-1], widths[-1])] * layers, kernel_size, steps)


# H16: L = (size − latent) // k
def shrinks_by_kernel_size(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Slide a kernel over a short strip by hand: how many positions are there?"""
    layers = (size - latent) // kernel_size
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H17: L = size − latent
def shrinks_by_one(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many cells does one layer with this kernel take away?"""
    return _params(_chain(in_channels, widths, size - latent), kernel_size, steps)


# H17 as C4 has it, which is the same for 3 by 3 kernels: L = (size − latent) / ((k − 1) / 2)
def shrinks_on_one_side(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """The border is lost on how many sides?"""
    layers = _layers(2 * size, 2 * latent, kernel_size, steps)
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H19: L = the halvings that it takes
def halves_every_layer(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Which stride and padding does the question give, and what do they do to the size?"""
    layers = math.ceil(math.log2(size / latent))
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H20: the widths keep doubling
def widths_keep_doubling(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """What does the task say about the widths after the last one listed?"""
    layers = _layers(size, latent, kernel_size, steps)
    doubled = [widths[-1] * 2**i for i in range(1, layers)]
    return _params(_chain(in_channels, [*widths, *doubled], layers), kernel_size, steps)


# H21: L = size // (k − 1)
def latent_forgotten(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """At which size do your layers stop?"""
    layers = size // (kernel_size - 1)
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


# H22: without the first layer
def first_layer_left_out(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Which layer reads the image itself?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return _params(chain[1:], kernel_size, steps)


# H2, layer by layer: weights only
def biases_left_out(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Is there a learnable number per output map besides the kernel weights?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return [seen * kernel_size**2 * made for seen, made in chain]


# H3, layer by layer: weights and twice the biases
def biases_counted_twice(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Is a group of parameters counted twice?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return [(seen * kernel_size**2 + 2) * made for seen, made in chain]


# H4, layer by layer: weights + 1
def one_bias_per_layer(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """How many biases does one layer have: one, or one for each of something?"""
    chain = _chain(in_channels, widths, _layers(size, latent, kernel_size, steps))
    return [seen * kernel_size**2 * made + 1 for seen, made in chain]


def widths_start_over(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """Which width does the layer have that follows the last one listed?"""
    layers = _layers(size, latent, kernel_size, steps)
    outputs = [widths[i % len(widths)] for i in range(layers)]
    return _params(list(pairwise([in_channels, *outputs])), kernel_size, steps)


def all_widths_used(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """What becomes of the last widths when fewer layers are needed?"""
    layers = max(_layers(size, latent, kernel_size, steps), len(widths))
    return _params(_chain(in_channels, widths, layers), kernel_size, steps)


def kernel_always_three(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> list[int]:
    """What does your function do with its fifth argument?"""
    return _params(_chain(in_channels, widths, (size - latent) // 2), 3, steps)


# C7: right wherever there is an answer
def stops_before_the_latent(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3
) -> list[int]:
    """How large is the last map of your chain: is it always exactly the latent?"""
    layers = _layers(size, latent, max(kernel_size, 2))
    return _params(_chain(in_channels, widths, layers), kernel_size)


# C14: right wherever there is an answer
def goes_past_the_latent(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3
) -> list[int]:
    """Can it happen that the sizes of your maps jump over the latent?"""
    layers = -_layers(latent, size, max(kernel_size, 2))
    return _params(_chain(in_channels, widths, layers), kernel_size)


# ------------------------------------------------------------- wrong answers of the total
# An error in the layers shows in their sum; those of the total itself stand at the end.


def _total(layers: Callable[..., list[int]]) -> Callable[..., int]:
    """The sum of wrong layers, with the feedback that they have."""

    def total(
        size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int = 3
    ) -> int:
        return sum(layers(size, latent, in_channels, widths, kernel_size))

    total.__doc__ = layers.__doc__
    return total


total_one_layer_short = _total(one_layer_short)  # H5
total_one_layer_too_many = _total(one_layer_too_many)  # H6
total_repeats_one_early = _total(repeats_one_early)  # H8
total_repeats_left_out = _total(repeats_left_out)  # H9
total_repeats_only = _total(repeats_only)  # H10
total_image_channels_ignored = _total(image_channels_ignored)  # H11
total_input_depth_ignored = _total(input_depth_ignored)  # H12
total_input_as_wide_as_output = _total(input_as_wide_as_output)  # H13
total_every_layer_reads_the_image = _total(every_layer_reads_the_image)
total_kernel_not_squared = _total(kernel_not_squared)  # H14
total_final_width_everywhere = _total(final_width_everywhere)  # H15
total_shrinks_by_kernel_size = _total(shrinks_by_kernel_size)  # H16
total_shrinks_by_one = _total(shrinks_by_one)  # H17
total_shrinks_on_one_side = _total(shrinks_on_one_side)  # H17, as C4 has it
total_halves_every_layer = _total(halves_every_layer)  # H19
total_widths_keep_doubling = _total(widths_keep_doubling)  # H20
total_latent_forgotten = _total(latent_forgotten)  # H21
total_first_layer_left_out = _total(first_layer_left_out)  # H22
total_biases_left_out = _total(biases_left_out)  # H2
total_biases_counted_twice = _total(biases_counted_twice)  # H3
total_one_bias_per_layer = _total(one_bias_per_layer)  # H4
total_widths_start_over = _total(widths_start_over)
total_all_widths_used = _total(all_widths_used)
total_kernel_always_three = _total(kernel_always_three)
total_stops_before_the_latent = _total(stops_before_the_latent)
total_goes_past_the_latent = _total(goes_past_the_latent)


# H7: as arithmetic, the repeated layers may come to less than none
def total_repeats_one_short(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int = 3
) -> int:
    """How many layers remain after the ones that have a width of their own?"""
    layers = _layers(size, latent, kernel_size)
    listed = _params(_chain(in_channels, widths, min(layers, len(widths))), kernel_size)
    (repeated,) = _params([(widths[-1], widths[-1])], kernel_size)
    return sum(listed) + (layers - len(listed) - 1) * repeated


# H1: total + L
def total_layers_added(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> int:
    """What does the "+ 1" in your own formula for one layer stand for?"""
    layers = _each_layer(size, latent, in_channels, widths, kernel_size, **steps)
    return sum(layers) + len(layers)


# H18: twice the encoder
def total_of_both_halves(
    size: int, latent: int, in_channels: int, widths: Widths, kernel_size: int = 3, **steps: Step
) -> int:
    """Which half of the network does this part ask for?"""
    return 2 * sum(_each_layer(size, latent, in_channels, widths, kernel_size, **steps))


def _unguarded(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int
) -> list[int]:
    layers = _layers(size, latent, kernel_size)
    return _params(_chain(in_channels, widths, layers), kernel_size)


def _each_layer(
    size: int,
    latent: int,
    in_channels: int,
    widths: Sequence[int],
    kernel_size: int,
    *,
    encoder_layer_params: Step = _unguarded,
) -> list[int]:
    return whole_numbers(encoder_layer_params(size, latent, in_channels, widths, kernel_size))
