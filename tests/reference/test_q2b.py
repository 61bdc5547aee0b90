"""Question 2b: sizes and counts are those of torch.nn, and the search for a depth always ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from reference import q2b_convolutional as network
from reference import q2b_depth as depth
from reference import q2b_layer as layer

PRINTED_LAYER = (3, 3, 7)
PRINTED_CHAIN = (224, 8, 7)
PRINTED_MAP = ((3, 8, 8), 100)
PRINTED_NETWORK = ((3, 224, 224), 8, 7, 100)

sides = st.integers(1, 40)
kernels = st.integers(1, 9)
strides = st.integers(1, 4)
paddings = st.integers(0, 4)
few = st.integers(1, 12)


def parameters_of(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


# ------------------------------------------------------------------ one layer


@settings(deadline=None)
@given(sides, sides, kernels, strides, paddings)
def test_sizes_are_those_of_torch_along_both_axes(
    height: int, width: int, kernel_size: int, stride: int, padding: int
) -> None:
    assume(kernel_size <= min(height, width) + 2 * padding)
    with torch.device("meta"):
        output = nn.Conv2d(1, 1, kernel_size, stride, padding)(torch.empty(1, 1, height, width))
    assert tuple(output.shape[2:]) == tuple(
        layer.conv_output_size(size, kernel_size, stride, padding) for size in (height, width)
    )


@given(sides, kernels, strides, paddings)
def test_sizes_are_the_positions_counted_one_by_one(
    size: int, kernel_size: int, stride: int, padding: int
) -> None:
    cells = range(-padding, size + padding)
    starts = [start for start in cells[::stride] if start + kernel_size - 1 in cells]
    if starts:
        assert layer.conv_output_size(size, kernel_size, stride, padding) == len(starts)
    else:
        with pytest.raises(ValueError, match=f"kernel_size={kernel_size} does not fit into {size}"):
            layer.conv_output_size(size, kernel_size, stride, padding)


@settings(deadline=None)
@given(few, few, st.one_of(kernels, st.tuples(kernels, kernels)), st.booleans())
def test_a_layer_owns_what_torch_counts(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool
) -> None:
    with torch.device("meta"):
        oracle = nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias)
    observed = layer.conv_layer_params(in_channels, out_channels, kernel_size, bias)
    assert observed == parameters_of(oracle)


@pytest.mark.parametrize("below", [0, -1, -7])
@pytest.mark.parametrize("place", range(4))
def test_anything_below_one_is_refused_alone(place: int, below: int) -> None:
    numbers = [3, 4, 5, 6]
    numbers[place] = below
    in_channels, out_channels, height, width = numbers
    with pytest.raises(ValueError, match="must be at least 1, got in_channels="):
        layer.conv_layer_params(in_channels, out_channels, (height, width))
    if place == 2:
        with pytest.raises(ValueError, match=f"kernel_size={below}"):
            layer.conv_layer_params(in_channels, out_channels, below)


def test_without_biases_nothing_is_below_one() -> None:
    assert layer.conv_layer_params(2, 3, 1, False) == 6


def test_the_printed_layer_and_its_size() -> None:
    assert layer.conv_layer_params(*PRINTED_LAYER) == 444
    assert layer.conv_output_size(224, 7) == 218


@pytest.mark.parametrize(
    ("wrong", "args", "value"),
    [
        (layer.conv_no_bias, PRINTED_LAYER, 441),
        (layer.conv_single_bias, PRINTED_LAYER, 442),
        (layer.conv_bias_per_pair, PRINTED_LAYER, 450),
        (layer.conv_bias_per_input, PRINTED_LAYER, 444),
        (layer.conv_bias_per_input, (3, 16, 3), 435),
        (layer.conv_flat_filters, PRINTED_LAYER, 150),
        (layer.conv_flat_filters, (5, 2, 4), 34),
        (layer.conv_one_filter, PRINTED_LAYER, 148),
        (layer.conv_filter_per_input, PRINTED_LAYER, 150),
        (layer.conv_filter_per_input, (3, 16, 3), 30),
        (layer.conv_kernel_not_squared, PRINTED_LAYER, 66),
        (layer.conv_kernel_height_only, PRINTED_LAYER, 66),
        (layer.conv_one_flat_kernel, PRINTED_LAYER, 50),
        (layer.conv_bias_per_weight, PRINTED_LAYER, 882),
        (layer.conv_kernel_sides_added, PRINTED_LAYER, 129),
        (layer.conv_weights_per_position, PRINTED_LAYER, 21100656),
        (layer.conv_square_of_height, PRINTED_LAYER, 444),
        (layer.conv_square_of_height, (4, 6, (2, 5)), 102),
        (layer.conv_channels_added, PRINTED_LAYER, 297),
        (layer.conv_flat_filters_no_bias, PRINTED_LAYER, 147),
    ],
)
def test_wrong_layers_come_to_their_values(
    wrong: Callable[..., int], args: tuple[object, ...], value: int
) -> None:
    assert wrong(*args) == value


@pytest.mark.parametrize(
    ("wrong", "args", "value"),
    [
        (layer.size_without_start, (224, 7), 217),
        (layer.size_padded_once, (32, 5, 1, 2), 30),
        (layer.size_not_padded, (32, 5, 1, 2), 28),
        (layer.size_at_unit_stride, (8, 3, 2), 6),
        (layer.size_rounded_up, (8, 3, 2), 4),
        (layer.size_start_divided, (9, 3, 2), 3),
        (layer.size_image_divided, (8, 3, 2), 2),
        (layer.size_not_rounded, (8, 3, 2), 3.5),
        (layer.size_of_same_padding, (9, 3, 2), 5),
        (layer.size_of_transposed, (8, 3, 2), 17),
        (layer.size_fit_unchecked, (4, 5), 0),
    ],
)
def test_wrong_sizes_come_to_their_values(
    wrong: Callable[..., float], args: tuple[int, ...], value: float
) -> None:
    assert wrong(*args) == value


# ------------------------------------------------------------------ depth


def layers_by_walking(
    size: int, target: int, kernel_size: int, stride: int, padding: int
) -> int | None:
    """Walk until the target, a size seen before, a kernel that does not fit, or 1000 layers."""
    seen: list[int] = []
    while size not in seen and len(seen) <= 1000:
        if size == target:
            return len(seen)
        seen.append(size)
        positions = range(-padding, size + padding - kernel_size + 1, stride)
        if not positions:
            return None
        size = len(positions)
    return None


@given(sides, sides, kernels, strides, paddings)
def test_depths_are_those_found_by_walking(
    size: int, target: int, kernel_size: int, stride: int, padding: int
) -> None:
    args = (size, target, kernel_size, stride, padding)
    assert depth.conv_layers_needed(*args) == layers_by_walking(*args)


@given(st.integers(1, 40), kernels, strides, paddings, st.integers(0, 30))
def test_a_target_on_the_way_is_found(
    size: int, kernel_size: int, stride: int, padding: int, layers: int
) -> None:
    """Uniform targets are seldom reached; here each one is."""
    target = size
    for _ in range(layers):
        if kernel_size <= target + 2 * padding:
            target = layer.conv_output_size(target, kernel_size, stride, padding)
    expected = layers_by_walking(size, target, kernel_size, stride, padding)
    assert expected is not None
    assert depth.conv_layers_needed(size, target, kernel_size, stride, padding) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((224, 8, 7), 36),
        ((224, 16, 3), 104),
        ((224, 9, 7), None),
        ((224, 7, 3, 2, 1), 5),
        ((8, 224, 3, 1, 2), 108),
        ((3, 3, 5), 0),  # equal: whether the kernel fits does not matter
        ((10, 3, 6), None),  # the kernel no longer fits
        ((7, 1, 5, 1, 1), 3),  # at 3 cells it fits thanks to both paddings
        ((12, 5, 1), None),  # never shrinks
        ((12, 5, 5, 1, 2), None),
        ((9, 4, 3, 2, 1), None),  # passes 4 and then stays at 1
        ((8, 25, 3, 1, 2), None),  # outgrows 25
    ],
)
def test_depths_of_known_chains(args: tuple[int, ...], expected: int | None) -> None:
    assert depth.conv_layers_needed(*args) == expected


@pytest.mark.parametrize(
    "step",
    [
        lambda size, *_: size,  # stands still
        lambda size, *_: size + 1,  # runs away
        lambda size, *_: size - 1 if size % 2 else size + 1,  # goes in circles
        lambda size, *_: -size,
        lambda size, *_: 10**30,
        lambda size, *_: float(size),
    ],
)
def test_the_search_ends_whatever_the_step_does(step: Callable[..., int]) -> None:
    assert depth.conv_layers_needed(20, 8, 3, conv_output_size=step) is None


@pytest.mark.parametrize("rubbish", [None, "18", True, 17.5, [18], float("nan")])
def test_a_step_that_returns_no_count_is_refused(rubbish: object) -> None:
    def step(*_: int) -> object:
        return rubbish

    with pytest.raises(ValueError, match="expected a whole number, got"):
        depth.conv_layers_needed(20, 8, 3, conv_output_size=step)  # type: ignore[arg-type]


def test_a_depth_follows_from_the_step_it_is_given() -> None:
    observed = depth.conv_layers_needed(22, 8, 7, conv_output_size=layer.size_without_start)
    assert observed == 2


@pytest.mark.parametrize(
    ("wrong", "args", "value"),
    [
        (depth.layers_one_more, PRINTED_CHAIN, 37),
        (depth.layers_one_more, (224, 16, 3), 105),
        (depth.layers_one_more, (8, 8, 3), 1),
        (depth.layers_one_more_if_any, PRINTED_CHAIN, 37),
        (depth.layers_one_more_if_any, (8, 8, 3), 0),
        (depth.layers_one_less, PRINTED_CHAIN, 35),
        (depth.layers_one_less_if_any, PRINTED_CHAIN, 35),
        (depth.layers_of_whole_kernels_rounded_up, PRINTED_CHAIN, 31),
        (depth.layers_of_whole_kernels, PRINTED_CHAIN, 30),
        (depth.layers_losing_one_end, PRINTED_CHAIN, 72),
        (depth.layers_losing_one_end_as_fraction, PRINTED_CHAIN, 72.0),
        (depth.layers_losing_one_end_as_fraction, (10, 5, 5), 2.5),
        (depth.layers_halving, PRINTED_CHAIN, 5),
        (depth.layers_without_target, PRINTED_CHAIN, 37),
        (depth.layers_without_target, (224, 16, 3), 112),
        (depth.layers_floor_unpadded, PRINTED_CHAIN, 36),
        (depth.layers_floor_unpadded, (64, 8, 5, 1, 1), 14),
        (depth.layers_floor_unpadded, (8, 13, 3), -3),
        (depth.layers_cut_off_unpadded, (8, 13, 3), -2),
        (depth.layers_rounded_unpadded, PRINTED_CHAIN, 36),
        (depth.layers_rounded_unpadded, (64, 8, 5, 1, 1), 14),
        (depth.layers_rounded_unpadded, (224, 9, 7), 36),
        (depth.layers_floor_padded_once, PRINTED_CHAIN, 36),
        (depth.layers_floor_padded_once, (64, 8, 5, 1, 1), 18),
        (depth.layers_floor_at_unit_stride, PRINTED_CHAIN, 36),
        (depth.layers_as_ratio, PRINTED_CHAIN, 28),
        (depth.layers_as_fraction, PRINTED_CHAIN, 36.0),
        (depth.layers_as_fraction, (224, 9, 7), 35.833333333333336),
        (depth.layers_losing_too_little, PRINTED_CHAIN, 44),
        (depth.layers_past_target, PRINTED_CHAIN, 36),
        (depth.layers_past_target, (224, 9, 7), 36),
        (depth.layers_short_of_target, (224, 9, 7), 35),
        (depth.layers_minus_one_for_never, (224, 9, 7), -1),
        (depth.layers_zero_for_never, (224, 9, 7), 0),
        (depth.layers_never_growing, (8, 224, 3, 1, 2), None),
        (depth.layers_one_more_shrinking, PRINTED_CHAIN, 37),
        (depth.layers_one_more_shrinking, (8, 224, 3, 1, 2), None),
        (depth.layers_without_start_shrinking, (22, 8, 7), 2),
        (depth.layers_one_more_past_target, (224, 9, 7), 37),
        (depth.layers_one_more_past_target, (8, 224, 3, 1, 2), 1),
        (depth.layers_beyond_target, PRINTED_CHAIN, 37),
        (depth.layers_beyond_target, (224, 9, 7), 36),
        (depth.layers_beyond_target, (8, 224, 3, 1, 2), 0),
        (depth.layers_beyond_target, (12, 5, 1), None),
        (depth.layers_of_whole_kernels_exact, (22, 8, 7), 2),
        (depth.layers_of_whole_kernels_exact, PRINTED_CHAIN, None),
    ],
)
def test_wrong_depths_come_to_their_values(
    wrong: Callable[..., object], args: tuple[int, ...], value: object
) -> None:
    assert wrong(*args) == value


# ------------------------------------------------------------------ classifier and network


@settings(deadline=None)
@given(st.tuples(few, few, few), few, st.booleans())
def test_a_classifier_owns_what_torch_counts(
    feature_shape: tuple[int, int, int], classes: int, bias: bool
) -> None:
    with torch.device("meta"):
        features = torch.empty(1, *feature_shape).flatten(1).shape[1]
        oracle = nn.Linear(features, classes, bias=bias)
    assert network.classifier_params(feature_shape, classes, bias) == parameters_of(oracle)


@settings(deadline=None)
@given(few, st.integers(1, 20), st.integers(2, 7), st.integers(0, 6), few)
def test_a_network_owns_what_torch_counts_once_it_has_run(
    channels: int, target: int, kernel_size: int, layers: int, classes: int
) -> None:
    """torch runs an image through it; the lazy classifier learns its own size from what arrives."""
    size = target + layers * (kernel_size - 1)
    with torch.device("meta"):
        convolutions = [nn.Conv2d(channels, channels, kernel_size) for _ in range(layers)]
        image = nn.Sequential(*convolutions)(torch.empty(1, channels, size, size))
        classifier = nn.Linear(image.flatten(1).shape[1], classes)
    expected = parameters_of(nn.Sequential(*convolutions, classifier))
    shape = (channels, size, size)
    assert network.conv_network_params(shape, target, kernel_size, classes) == expected


def test_the_printed_classifier_and_network() -> None:
    assert network.classifier_params(*PRINTED_MAP) == 19300
    assert network.conv_network_params(*PRINTED_NETWORK) == 35284


@pytest.mark.parametrize(
    ("size", "target", "kernel_size"), [(20, 9, 5), (8, 12, 3), (10, 3, 6), (9, 5, 1)]
)
def test_a_target_out_of_reach_is_refused(size: int, target: int, kernel_size: int) -> None:
    with pytest.raises(ValueError, match=f"takes {size} to {target}"):
        network.conv_network_params((2, size, size), target, kernel_size, 3)


@pytest.mark.parametrize("kernel_size", [0, 1, 5])
def test_without_layers_the_kernel_is_not_examined(kernel_size: int) -> None:
    expected = network.classifier_params((2, 4, 4), 3)
    assert network.conv_network_params((2, 4, 4), 4, kernel_size, 3) == expected


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        (network.classifier_no_bias, 19200),
        (network.classifier_bias_per_input, 19392),
        (network.classifier_on_one_channel, 6500),
        (network.classifier_on_columns, 2500),
        (network.classifier_single_bias, 19201),
        (network.classifier_per_channel, 19500),
        (network.classifier_on_one_column, 900),
        (network.classifier_axes_added, 2000),
        (network.classifier_square_of_height, 19300),
        (network.classifier_with_hidden_layer, 28228),
    ],
)
def test_wrong_classifiers_come_to_their_values_on_the_printed_map(
    wrong: Callable[..., int], value: int
) -> None:
    assert wrong(*PRINTED_MAP) == value


def test_a_classifier_for_squares_fails_on_an_oblong_map() -> None:
    assert network.classifier_square_of_height((16, 5, 7), 10) == 4010


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        (network.network_without_classifier, 15984),
        (network.network_with_one_convolution, 19744),
        (network.network_classifier_repeated, 710784),
        (network.network_layers_added, 19780),
        (network.network_one_layer_more, 35728),
        (network.network_one_layer_less, 34840),
        (network.network_bias_per_layer_again, 35320),
        (network.network_times_channels, 67252),
        (network.network_multiplied, 308491200),
        (network.network_classifier_on_image, 15984 + 15052900),
        (network.network_target_unchecked, 35284),
        (network.network_conv_no_bias, 36 * 441 + 19300),
        (network.network_conv_single_bias, 36 * 442 + 19300),
        (network.network_conv_bias_per_pair, 36 * 450 + 19300),
        (network.network_flat_filters, 36 * 150 + 19300),
        (network.network_one_filter, 36 * 148 + 19300),
        (network.network_kernel_not_squared, 36 * 66 + 19300),
        (network.network_classifier_no_bias, 15984 + 19200),
        (network.network_classifier_single_bias, 15984 + 19201),
        (network.network_classifier_on_one_channel, 15984 + 6500),
        (network.network_no_bias, 36 * 441 + 19200),
        (network.network_of_whole_kernels, 30 * 444 + 19300),
        (network.network_without_convolutions, 19300),
    ],
)
def test_wrong_networks_come_to_their_values_on_the_printed_image(
    wrong: Callable[..., int], value: int
) -> None:
    assert wrong(*PRINTED_NETWORK) == value


def test_a_network_follows_from_the_steps_it_is_given() -> None:
    observed = network.conv_network_params(
        *PRINTED_NETWORK,
        conv_layer_params=layer.conv_no_bias,
        conv_layers_needed=depth.layers_one_more,
        classifier_params=network.classifier_no_bias,
    )
    assert observed == 37 * 441 + 19200


@pytest.mark.parametrize("step", ["conv_layer_params", "classifier_params"])
@pytest.mark.parametrize("rubbish", [None, "5", True, 2.5, [3]])
def test_a_network_refuses_steps_that_return_no_counts(step: str, rubbish: object) -> None:
    with pytest.raises(ValueError, match="expected a whole number, got"):
        network.conv_network_params(*PRINTED_NETWORK, **{step: lambda *_: rubbish})  # type: ignore[arg-type]


@pytest.mark.parametrize("rubbish", ["5", 2.5, [3]])
def test_a_network_cannot_repeat_its_layer_so_many_times(rubbish: object) -> None:
    with pytest.raises(TypeError):
        network.conv_network_params(*PRINTED_NETWORK, conv_layers_needed=lambda *_: rubbish)  # type: ignore[arg-type, return-value]


# ------------------------------------------------------------------ properties


@pytest.mark.parametrize(
    ("property_", "wrong"),
    [
        (layer.size_kept_by_single_cell, layer.size_without_start),
        (layer.size_never_falls_in_larger_image, lambda size, *_: 20 - size),
        (layer.layer_same_for_pair_and_number, layer.conv_kernel_not_squared),
        (layer.layer_same_when_kernel_turned, layer.conv_square_of_width),
        (layer.layer_smaller_without_bias, layer.conv_bias_regardless),
        (depth.no_layers_between_equal_sizes, depth.layers_one_more),
        (network.classifier_same_when_map_turned, network.classifier_on_columns),
        (network.classifier_smaller_without_bias, network.classifier_no_bias),
        (network.network_without_layers_is_its_classifier, lambda *args: len(args)),
        (network.network_grows_with_every_layer, network.network_with_one_convolution),
    ],
)
def test_a_property_finds_what_it_is_for(
    property_: Callable[..., str | None], wrong: Callable[..., object]
) -> None:
    said = property_(lambda _, *args: wrong(*args))
    assert said is not None
    assert said[0].islower() or said.startswith("a ")


def test_a_depth_that_does_not_end_at_its_target_is_pointed_out() -> None:
    functions = {
        "conv_layers_needed": depth.layers_one_more,
        "conv_output_size": layer.conv_output_size,
    }
    said = depth.layers_lead_to_target(lambda name, *args: functions[name](*args))
    assert said == (
        "your conv_layers_needed(20, 8, 5, 1, 0) says 4, "
        "but so many steps of your conv_output_size end at 4"
    )


def test_a_function_that_always_answers_none_is_not_judged_by_its_own_steps() -> None:
    assert depth.layers_lead_to_target(lambda *_: None) is None


def test_chains_drawn_to_be_reached_are_reached_by_their_own_layers() -> None:
    draws = [
        depth.reachable_chains,
        depth.padded_chains,
        depth.strided_chains,
        depth.growing_chains,
    ]
    for draw in draws:
        for seed in range(50):
            size, target, *rest = draw(np.random.default_rng(seed))
            assert layers_by_walking(size, target, *(*rest, 1, 0)[:3]) is not None
