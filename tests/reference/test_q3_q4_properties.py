"""Properties hold for right answers of any kind, and each catches mistakes that it is there for."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reference import (
    q1_properties,
    q2_properties,
    q3_properties,
    q3a_cross_correlation,
    q3b_steps,
    q4_encoder,
    q4_properties,
)
from reference import q3b_transposed_convolution as q3b

REFERENCE: dict[str, Callable[..., Any]] = {
    "cross_correlate2d": q3a_cross_correlation.cross_correlate2d,
    "transposed_conv2d": q3b.transposed_conv2d,
    "transposed_conv2d_steps": q3b_steps.transposed_conv2d_steps,
    "encoder_layer_params": q4_encoder.encoder_layer_params,
    "encoder_params": q4_encoder.encoder_params,
}
PROPERTIES = {
    name: function
    for module in (q3_properties, q4_properties)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_")
}


def caller(**changed: Callable[..., Any]) -> Callable[..., Any]:
    """A student who has some functions of their own and the others right."""
    functions = REFERENCE | changed
    return lambda function, *args: functions[function](*args)


def test_there_are_properties_for_every_question() -> None:
    assert len(PROPERTIES) == 21


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_says_what_must_hold(name: str) -> None:
    assert inspect.getdoc(PROPERTIES[name])
    assert list(inspect.signature(PROPERTIES[name]).parameters) == ["call"]


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_holds_for_the_reference(name: str) -> None:
    assert PROPERTIES[name](caller()) is None


STYLES: dict[str, Callable[[Any], Any]] = {
    "nested lists": lambda value: np.asarray(value).tolist(),
    "float32": lambda value: np.asarray(value, dtype=np.float32),
    "tensors": lambda value: torch.tensor(np.asarray(value)),
    "floats": lambda value: np.asarray(value, dtype=np.float64),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_holds_for_right_results_of_other_types(name: str, style: str) -> None:
    def call(function: str, *args: Any) -> Any:
        return STYLES[style](REFERENCE[function](*args))

    assert PROPERTIES[name](call) is None


def shifted(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: function(*args) + 1


def never_raises(function: Callable[..., Any], instead: Any) -> Callable[..., Any]:
    def careless(*args: Any) -> Any:
        try:
            return function(*args)
        except ValueError:
            return instead

    return careless


CAUGHT: list[tuple[str, str, Callable[..., Any]]] = [
    ("correlation_has_its_size", "cross_correlate2d", q3a_cross_correlation.one_position_short),
    ("correlation_has_its_size", "cross_correlate2d", q3a_cross_correlation.stride_ignored),
    ("correlation_has_its_size", "cross_correlate2d", q3a_cross_correlation.padding_ignored),
    ("correlation_has_its_size", "cross_correlate2d", lambda *args: None),
    ("correlation_has_its_size", "cross_correlate2d", lambda *args: [[1], [2, 3]]),
    (
        "correlation_is_linear_in_the_image",
        "cross_correlate2d",
        q3a_cross_correlation.maximum_of_the_patch,
    ),
    (
        "correlation_is_linear_in_the_kernel",
        "cross_correlate2d",
        q3a_cross_correlation.negatives_cut_off,
    ),
    (
        "correlation_is_linear_in_the_image",
        "cross_correlate2d",
        shifted(REFERENCE["cross_correlate2d"]),
    ),
    (
        "correlation_is_linear_in_the_kernel",
        "cross_correlate2d",
        shifted(REFERENCE["cross_correlate2d"]),
    ),
    (
        "correlation_cuts_out_a_part",
        "cross_correlate2d",
        q3a_cross_correlation.products_averaged,
    ),
    (
        "correlation_cuts_out_a_part",
        "cross_correlate2d",
        q3a_cross_correlation.centre_entry_only,
    ),
    ("correlation_cuts_out_a_part", "cross_correlate2d", q3a_cross_correlation.kernel_transposed),
    ("correlation_pads_with_zeros", "cross_correlate2d", q3a_cross_correlation.border_repeated),
    ("correlation_pads_with_zeros", "cross_correlate2d", q3a_cross_correlation.padding_before_only),
    (
        "correlation_refuses_large_kernels",
        "cross_correlate2d",
        q3a_cross_correlation.kernel_size_unchecked,
    ),
    ("transposed_has_its_size", "transposed_conv2d", q3b.as_large_as_the_image),
    ("transposed_has_its_size", "transposed_conv2d", q3b.padding_adds_zeros),
    ("transposed_has_its_size", "transposed_conv2d", q3b.stride_ignored),
    ("transposed_is_linear_in_the_image", "transposed_conv2d", q3b.largest_overlap_kept),
    ("transposed_is_linear_in_the_kernel", "transposed_conv2d", q3b.largest_overlap_kept),
    ("transposed_keeps_the_sum", "transposed_conv2d", q3b.overlaps_overwritten),
    ("transposed_keeps_the_sum", "transposed_conv2d", q3b.last_row_and_column_left_out),
    ("transposed_keeps_the_sum", "transposed_conv2d", lambda *args: "nothing"),
    ("transposed_copies_the_kernel", "transposed_conv2d", q3b.kernel_rotated),
    ("transposed_copies_the_kernel", "transposed_conv2d", q3b.kernel_transposed),
    ("transposed_refuses_to_crop_everything", "transposed_conv2d", q3b.nothing_left_unchecked),
    ("last_step_is_the_whole", "transposed_conv2d", q3b.kernel_rotated),
    ("last_step_is_the_whole", "transposed_conv2d_steps", q3b_steps.one_step_short),
    ("steps_begin_with_zeros", "transposed_conv2d_steps", q3b_steps.one_step_too_many),
    ("steps_begin_with_zeros", "transposed_conv2d_steps", q3b_steps.canvas_grows),
    ("steps_add_one_copy_each", "transposed_conv2d_steps", q3b_steps.column_by_column),
    ("steps_add_one_copy_each", "transposed_conv2d_steps", q3b_steps.rows_as_long_as_columns),
    ("steps_add_one_copy_each", "transposed_conv2d_steps", q3b_steps.overlaps_overwritten),
    ("layers_are_counted_one_by_one", "encoder_layer_params", q4_encoder.encoder_params),
    ("layers_are_counted_one_by_one", "encoder_layer_params", lambda *args: [0.5]),
    ("longer_chains_begin_alike", "encoder_layer_params", q4_encoder.repeats_left_out),
    (
        "longer_chains_begin_alike",
        "encoder_layer_params",
        lambda *args: q4_encoder.encoder_layer_params(*args)[::-1],
    ),
    ("no_layers_for_equal_sizes", "encoder_layer_params", q4_encoder.one_layer_too_many),
    (
        "layers_refuse_what_cannot_be_built",
        "encoder_layer_params",
        q4_encoder.goes_past_the_latent,
    ),
    (
        "layers_refuse_what_cannot_be_built",
        "encoder_layer_params",
        never_raises(q4_encoder.encoder_layer_params, []),
    ),
    ("total_is_the_sum_of_the_layers", "encoder_params", q4_encoder.total_layers_added),
    ("total_is_the_sum_of_the_layers", "encoder_params", q4_encoder.encoder_layer_params),
    ("total_is_the_sum_of_the_layers", "encoder_layer_params", q4_encoder.biases_left_out),
    ("total_refuses_what_cannot_be_built", "encoder_params", never_raises(lambda *a: 0, 0)),
]


@pytest.mark.parametrize(("name", "function", "theirs"), CAUGHT)
def test_a_property_that_is_violated_says_one_sentence(
    name: str, function: str, theirs: Callable[..., Any]
) -> None:
    sentence = PROPERTIES[name](caller(**{function: theirs}))
    assert isinstance(sentence, str)
    assert "\n" not in sentence
    assert not sentence.endswith(".")


def test_every_property_is_known_to_catch_something() -> None:
    assert {name for name, *_ in CAUGHT} == set(PROPERTIES)


@pytest.mark.parametrize("module", [q1_properties, q2_properties, q3_properties, q4_properties])
def test_the_files_of_properties_can_be_handed_out_alone(module: Any, tmp_path: Path) -> None:
    """They import nothing of the reference, so they need none beside them."""
    source = Path(module.__file__)
    (tmp_path / source.name).write_bytes(source.read_bytes())
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {source.stem}"
    subprocess.run([sys.executable, "-I", "-c", program], check=True, cwd=tmp_path)
