"""Question 4's reference against torch's own layers, and what its wrong answers are known for."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import q4_encoder
from reference.q4_encoder import encoder_layer_params, encoder_params

PRINTED = (224, 16, 3, (16, 32, 64, 128, 256))
PRINTED_TOTAL = 58810528
PRINTED_BIASES = 25840


@st.composite
def encoders(draw: st.DrawFn) -> tuple[int, int, int, list[int], int]:
    """Encoders whose latent is within reach."""
    latent, layers = draw(st.integers(1, 12)), draw(st.integers(0, 12))
    kernel_size = draw(st.integers(2, 6))
    widths = draw(st.lists(st.integers(1, 12), min_size=1, max_size=6))
    size = latent + layers * (kernel_size - 1)
    return size, latent, draw(st.integers(1, 6)), widths, kernel_size


def built_by_torch(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int
) -> list[int]:
    """Stack torch's layers, without memory for weights, until the map measures `latent`."""
    counts: list[int] = []
    maps = torch.empty(1, in_channels, size, size, device="meta")
    while maps.shape[-1] > latent:
        out_channels = widths[min(len(counts), len(widths) - 1)]
        layer = torch.nn.Conv2d(maps.shape[1], out_channels, kernel_size, device="meta")
        counts.append(sum(parameter.numel() for parameter in layer.parameters()))
        maps = layer(maps)
    assert maps.shape[-1] == latent
    return counts


# --------------------------------------------------------------------------- printed values


def test_the_printed_encoder_has_104_layers() -> None:
    layers = encoder_layer_params(*PRINTED)
    assert len(layers) == 104
    assert layers[:5] == [448, 4640, 18496, 73856, 295168]
    assert layers[5:] == [590080] * 99


def test_the_printed_total_comes_out() -> None:
    assert encoder_params(*PRINTED) == PRINTED_TOTAL


def test_the_printed_total_already_holds_all_biases() -> None:
    assert PRINTED_TOTAL - q4_encoder.total_biases_left_out(*PRINTED) == PRINTED_BIASES


def test_the_printed_encoder_is_the_one_that_torch_builds() -> None:
    assert built_by_torch(*PRINTED, 3) == encoder_layer_params(*PRINTED)


# --------------------------------------------------------------------------- oracle and edges


@given(encoders())
def test_layers_and_total_agree_with_torch(
    encoder: tuple[int, int, int, list[int], int],
) -> None:
    expected = built_by_torch(*encoder)
    assert encoder_layer_params(*encoder) == expected
    assert encoder_params(*encoder) == sum(expected)


@pytest.mark.parametrize("widths", [[8], [8, 9], []])
def test_equal_sizes_need_no_layers_and_no_widths(widths: list[int]) -> None:
    assert encoder_layer_params(16, 16, 3, widths) == []
    assert encoder_params(16, 16, 3, widths) == 0


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ((15, 4, 3, [8]), "no number of layers"),
        ((8, 16, 3, [8]), "no number of layers"),
        ((9, 5, 3, [8], 4), "no number of layers"),
        ((9, 5, 3, [8], 1), "no number of layers"),
        ((8, 4, 3, []), "widths is empty"),
        ((6, 4, 3, []), "widths is empty"),
    ],
)
def test_what_cannot_be_built_is_refused(encoder: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encoder_layer_params(*encoder)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        encoder_params(*encoder)  # type: ignore[arg-type]


def test_the_widths_are_left_as_they_were() -> None:
    widths = [4, 6, 10]
    encoder_layer_params(40, 16, 3, widths)
    encoder_params(20, 16, 3, widths)
    assert widths == [4, 6, 10]


# --------------------------------------------------------------------------- steps of a student


def test_the_layers_are_those_of_the_students_steps() -> None:
    asked: list[tuple[int, ...]] = []

    def their_layer(*args: int) -> int:
        asked.append(args)
        return 100 * args[0] + args[1]

    def their_depth(*args: int) -> float:
        asked.append(args)
        return 3.0

    layers = encoder_layer_params(
        99, 5, 7, [8, 9], 4, conv_layer_params=their_layer, conv_layers_needed=their_depth
    )
    assert layers == [708, 809, 909]
    assert asked == [(99, 5, 4), (7, 8, 4), (8, 9, 4), (9, 9, 4)]


def test_the_total_is_the_sum_of_the_students_layers() -> None:
    asked: list[tuple[object, ...]] = []

    def their_layers(*args: object) -> object:
        asked.append(args)
        return np.array([1, 20, 300])

    assert encoder_params(9, 3, 1, [2, 4], 5, encoder_layer_params=their_layers) == 321
    assert asked == [(9, 3, 1, [2, 4], 5)]


def returning(value: object) -> Callable[..., object]:
    def step(*args: object) -> object:
        return value

    return step


@pytest.mark.parametrize(
    "value", [None, True, "3", 2.5, -1, 10_001, 10**30, [3], math.inf, math.nan]
)
def test_rubbish_for_the_number_of_layers_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        encoder_layer_params(9, 3, 1, [2, 4], conv_layers_needed=returning(value))


@pytest.mark.parametrize("value", [None, True, "448", 0.5, -448, [448], math.inf])
def test_rubbish_for_a_layers_parameters_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        encoder_layer_params(9, 3, 1, [2, 4], conv_layer_params=returning(value))


@pytest.mark.parametrize("value", [None, 3, "12", {1: 2}, [1, None], [[1, 2]], [1.5], ["1"]])
def test_rubbish_for_the_layers_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        encoder_params(9, 3, 1, [2, 4], encoder_layer_params=returning(value))


# --------------------------------------------------------------------------- wrong answers

CATALOGUE = [
    ("total_layers_added", PRINTED, 58810632),
    ("total_biases_left_out", PRINTED, 58784688),
    ("total_biases_counted_twice", PRINTED, 58836368),
    ("total_one_bias_per_layer", PRINTED, 58784792),
    ("total_one_layer_short", PRINTED, 58220448),
    ("total_one_layer_too_many", PRINTED, 59400608),
    ("total_repeats_one_short", PRINTED, 58220448),
    ("total_repeats_one_short", (20, 16, 3, (4, 6, 10)), -576),
    ("total_repeats_one_early", PRINTED, 59105440),
    ("total_repeats_left_out", PRINTED, 392608),
    ("total_repeats_only", PRINTED, 58417920),
    ("total_image_channels_ignored", PRINTED, 58810240),
    ("total_input_depth_ignored", PRINTED, 258400),
    ("total_input_as_wide_as_output", PRINTED, 59204080),
    ("total_kernel_not_squared", PRINTED, 19620736),
    ("total_final_width_everywhere", PRINTED, 61368320),
    ("total_shrinks_by_kernel_size", PRINTED, 38157728),
    ("total_shrinks_by_one", PRINTED, 120178848),
    ("total_shrinks_on_one_side", PRINTED, 120178848),
    ("total_of_both_halves", PRINTED, 117621056),
    ("total_halves_every_layer", PRINTED, 97440),
    ("total_latent_forgotten", PRINTED, 63531168),
    ("total_first_layer_left_out", PRINTED, 58810080),
    # the value that is known for this one stops after twelve layers
    ("total_widths_keep_doubling", (40, 16, 3, PRINTED[3]), 6442515360),
]


@pytest.mark.parametrize(("name", "encoder", "value"), CATALOGUE)
def test_a_wrong_answer_gives_the_value_it_is_known_for(
    name: str, encoder: tuple[int, int, int, tuple[int, ...]], value: int
) -> None:
    assert getattr(q4_encoder, name)(*encoder) == value


TOTALS = [
    name for name in vars(q4_encoder) if name.startswith("total_") and name[6:] in vars(q4_encoder)
]


@pytest.mark.parametrize("name", [name for name in TOTALS if name != "total_repeats_one_short"])
@given(encoders().filter(lambda encoder: encoder[0] > encoder[1]))
def test_a_wrong_layer_shows_in_the_total(
    name: str, encoder: tuple[int, int, int, list[int], int]
) -> None:
    layers = getattr(q4_encoder, name.removeprefix("total_"))(*encoder)
    assert getattr(q4_encoder, name)(*encoder) == sum(layers)


SMALL = (11, 5, 2, [3, 5])  # three layers: 2 → 3 → 5 → 5


@pytest.mark.parametrize(
    ("name", "encoder", "expected"),
    [
        ("one_layer_short", SMALL, [57, 140]),
        ("one_layer_too_many", SMALL, [57, 140, 230, 230]),
        ("repeats_one_short", SMALL, [57, 140]),
        ("repeats_one_short", (9, 5, 2, [3, 5, 7]), [57, 140]),
        ("repeats_one_early", SMALL, [57, 230, 230]),
        ("repeats_one_early", (9, 5, 2, [3, 5, 7]), [57, 140]),
        ("repeats_left_out", SMALL, [57, 140]),
        ("repeats_left_out", (7, 5, 2, [3, 5]), [57]),
        ("repeats_only", SMALL, [230]),
        ("image_channels_ignored", SMALL, [30, 140, 230]),
        ("input_depth_ignored", SMALL, [30, 50, 50]),
        ("input_as_wide_as_output", SMALL, [84, 230, 230]),
        ("kernel_not_squared", SMALL, [21, 50, 80]),
        ("final_width_everywhere", SMALL, [230, 230, 230]),
        ("shrinks_by_kernel_size", SMALL, [57, 140]),
        ("shrinks_by_one", (7, 4, 2, [3], 4), [99, 147, 147]),
        ("shrinks_on_one_side", (7, 4, 2, [3], 4), [99, 147]),
        ("halves_every_layer", SMALL, [57, 140]),
        ("widths_keep_doubling", SMALL, [57, 140, 460]),
        ("widths_keep_doubling", (9, 5, 2, [3, 5, 7]), [57, 140]),
        ("latent_forgotten", SMALL, [57, 140, 230, 230, 230]),
        ("first_layer_left_out", SMALL, [140, 230]),
        ("biases_left_out", SMALL, [54, 135, 225]),
        ("biases_counted_twice", SMALL, [60, 145, 235]),
        ("one_bias_per_layer", SMALL, [55, 136, 226]),
        ("widths_start_over", SMALL, [57, 140, 138]),
        ("all_widths_used", (7, 5, 2, [3, 5]), [57, 140]),
        ("kernel_always_three", (*SMALL, 5), [57, 140, 230]),
        ("stops_before_the_latent", (12, 5, 2, [3, 5]), [57, 140, 230]),
        ("goes_past_the_latent", (12, 5, 2, [3, 5]), [57, 140, 230, 230]),
        ("stops_before_the_latent", (4, 9, 2, [3, 5]), []),
        ("goes_past_the_latent", (4, 9, 2, [3, 5]), []),
    ],
)
def test_which_layers_each_wrong_answer_counts(
    name: str, encoder: tuple[int, int, int, list[int]], expected: list[int]
) -> None:
    assert getattr(q4_encoder, name)(*encoder) == expected


WRONG_ANSWERS = {
    name: function
    for name, function in inspect.getmembers(q4_encoder, inspect.isfunction)
    if not name.startswith("_")
    and list(inspect.signature(function).parameters)[:2] == ["size", "latent"]
    and name not in ("encoder_layer_params", "encoder_params")
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_every_wrong_answer_asks_the_student_something(name: str) -> None:
    feedback = inspect.getdoc(WRONG_ANSWERS[name])
    assert feedback is not None
    assert "?" in feedback
    parameters = list(inspect.signature(WRONG_ANSWERS[name]).parameters)
    assert parameters[:5] == ["size", "latent", "in_channels", "widths", "kernel_size"]
    assert parameters[5:] in ([], ["steps"])


def test_every_wrong_layer_has_its_total() -> None:
    layers = {name for name in WRONG_ANSWERS if not name.startswith("total_")}
    assert {f"total_{name}" for name in layers} <= set(WRONG_ANSWERS)
