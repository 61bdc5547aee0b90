"""Question 2a: the counts are those of torch.nn.Linear, and steps may return what they like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from reference import q2a_fully_connected as q2a
from reference.counts import whole_number, whole_numbers

PRINTED = [150528, 75264, 100]


def parameters_of(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def linear_params(sizes: Sequence[int], bias: bool = True) -> list[int]:
    with torch.device("meta"):
        return [parameters_of(nn.Linear(a, b, bias=bias)) for a, b in pairwise(sizes)]


@settings(deadline=None)
@given(st.lists(st.integers(1, 300), max_size=7), st.booleans())
def test_layers_own_what_torch_counts(sizes: list[int], bias: bool) -> None:
    assert q2a.fc_layer_params(sizes, bias) == linear_params(sizes, bias)


def test_the_printed_layers_are_those_of_torch() -> None:
    assert q2a.fc_layer_params(PRINTED) == [11329414656, 7526500] == linear_params(PRINTED)


@pytest.mark.parametrize("sizes", [[], [7], (7,)])
def test_without_two_sizes_there_is_no_layer(sizes: Sequence[int]) -> None:
    assert q2a.fc_layer_params(sizes) == []


@given(st.lists(st.integers(1, 9), min_size=2), st.integers(max_value=0), st.data())
def test_a_size_below_one_is_refused_wherever_it_stands(
    sizes: list[int], size: int, data: st.DataObject
) -> None:
    sizes[data.draw(st.integers(0, len(sizes) - 1))] = size
    with pytest.raises(ValueError, match="every size must be at least 1, got sizes="):
        q2a.fc_layer_params(sizes)


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)),
    st.integers(1, 8),
    st.integers(1, 50),
)
def test_networks_own_what_torch_counts_and_the_rest_is_refused(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> None:
    inputs = int(np.prod(image_shape))
    hidden = inputs / hidden_divisor
    if not hidden.is_integer():
        with pytest.raises(ValueError, match=f"{inputs} input values are not divisible by"):
            q2a.fc_network_params(image_shape, hidden_divisor, classes)
        return
    with torch.device("meta"):
        network = nn.Sequential(
            nn.Flatten(), nn.Linear(inputs, int(hidden)), nn.ReLU(), nn.Linear(int(hidden), classes)
        )
    expected = parameters_of(network)
    assert q2a.fc_network_params(image_shape, hidden_divisor, classes) == expected


def test_the_printed_network() -> None:
    assert q2a.fc_network_params((3, 224, 224), 2, 100) == 11336941156


# What the printed network comes to under each slip: layer by layer, or in all.
@pytest.mark.parametrize(
    ("wrong", "printed"),
    [
        (q2a.layers_no_bias, [11329339392, 7526400]),
        (q2a.layers_bias_per_input, [11329489920, 7601664]),
        (q2a.layers_single_bias, [11329339393, 7526401]),
        (q2a.layers_all_fed_by_input, [11329414656, 15052900]),
        (q2a.layers_bias_on_both_sides, [11329565184, 7601764]),
        (q2a.layers_int32, [-1555487232, 7526500]),
        (q2a.layers_float32, [11329415168, 7526500]),
        (q2a.layers_last_without_bias, [11329414656, 7526400]),
        (q2a.layers_with_input, [0, 11329414656, 7526500]),
        (q2a.layers_without_last, [11329414656]),
        (q2a.layers_summed, 11336941156),
    ],
)
def test_wrong_layers_come_to_their_values_on_the_printed_network(
    wrong: Callable[..., object], printed: object
) -> None:
    assert wrong(PRINTED) == printed


@pytest.mark.parametrize(
    ("wrong", "layers"),
    [
        (q2a.network_one_channel, [1258840576, 2508900]),
        (q2a.network_sides_divided, [5664707328, 3763300]),
        (q2a.network_output_fed_by_input, [11329414656, 15052900]),
        (q2a.network_hidden_of_one_channel, [3776471552, 2508900]),
        (q2a.network_hidden_as_wide_as_input, [22658829312, 15052900]),
        (q2a.network_no_bias, [11329339392, 7526400]),
        (q2a.network_bias_per_input, [11329489920, 7601664]),
        (q2a.network_single_bias, [11329339393, 7526401]),
        (q2a.network_bias_on_both_sides, [11329565184, 7601764]),
        (q2a.network_first_layer_only, [11329414656]),
        (q2a.network_hidden_skipped, [15052900]),
        (q2a.network_input_has_biases, [150528, 11329414656, 7526500]),
    ],
)
def test_wrong_networks_are_the_sum_of_their_layers_on_the_printed_image(
    wrong: Callable[..., int], layers: list[int]
) -> None:
    assert wrong((3, 224, 224), 2, 100) == sum(layers)


@given(st.lists(st.integers(1, 200_000), min_size=2, max_size=4), st.booleans())
def test_narrow_types_do_what_numpy_does(sizes: list[int], bias: bool) -> None:
    """int32 wraps around and float32 rounds as arrays of these types do."""
    n_in, n_out = np.array(sizes[:-1], dtype=np.int32), np.array(sizes[1:], dtype=np.int32)
    assert q2a.layers_int32(sizes, bias) == (n_in * n_out + bias * n_out).tolist()
    rounded_in, rounded_out = n_in.astype(np.float32), n_out.astype(np.float32)
    products = rounded_in * rounded_out + np.float32(bias) * rounded_out
    assert q2a.layers_float32(sizes, bias) == products.tolist()


def test_a_network_follows_from_the_step_it_is_given() -> None:
    observed = q2a.fc_network_params((3, 4, 4), 2, 5, fc_layer_params=q2a.layers_no_bias)
    assert observed == q2a.network_no_bias((3, 4, 4), 2, 5)


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        3,
        "12",
        {"a": 1},
        [1, None],
        [1, "2"],
        [True, 3],
        [1.5],
        np.ones((2, 2)),
        [float("nan")],
    ],
)
def test_a_step_that_returns_no_counts_is_refused(rubbish: object) -> None:
    def step(sizes: Sequence[int]) -> object:
        return rubbish

    with pytest.raises(ValueError, match="expected a"):
        q2a.fc_network_params((3, 4, 4), 2, 5, fc_layer_params=step)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [7, 7.0, np.int64(7), np.float32(7), np.array(7), np.array(7.0)])
def test_a_whole_number_of_any_kind_is_a_count(value: object) -> None:
    assert whole_number(value) == 7
    assert type(whole_number(value)) is int


@pytest.mark.parametrize(
    "value", [True, np.True_, "7", 7.5, None, [7], float("inf"), np.array([7])]
)
def test_anything_else_is_no_count(value: object) -> None:
    with pytest.raises(ValueError, match="expected a whole number, got"):
        whole_number(value)


@pytest.mark.parametrize("values", [[1, 2], (1, 2.0), np.array([1, 2]), [np.int64(1), np.array(2)]])
def test_counts_come_in_any_row(values: object) -> None:
    assert whole_numbers(values) == [1, 2]


@pytest.mark.parametrize(
    ("property_", "wrong"),
    [
        (q2a.one_count_for_each_layer, q2a.layers_with_input),
        (q2a.layers_counted_apart, q2a.layers_all_fed_by_input),
        (q2a.layers_smaller_without_bias, q2a.layers_no_bias),
        (q2a.network_same_when_image_turned, lambda shape, *_: shape[1]),
        (q2a.network_larger_with_more_hidden_units, q2a.network_hidden_as_wide_as_input),
    ],
)
def test_a_property_finds_what_it_is_for(
    property_: Callable[..., str | None], wrong: Callable[..., object]
) -> None:
    said = property_(lambda _, *args: wrong(*args))
    assert said is not None
    assert said[0].islower()
