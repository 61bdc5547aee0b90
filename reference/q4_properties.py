"""What must hold for every right answer to question 4, and gives none away.

Students run these on their own machine: they compare a student's results with one another, never
with ours. So this file imports nothing of the reference and can be handed out as it is.

Each property gets `call(function, *args)`, which runs the student's function and returns its
value, or raises what the function raised. It returns None, or one sentence to the student.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Call: TypeAlias = Callable[..., Any]

ENCODERS = ((40, 12, 5, [7, 9, 20]), (21, 6, 2, [8, 3], 4), (10, 8, 3, [4, 6]))
UNREACHABLE = ((20, 9, 3, [4, 8]), (9, 20, 3, [4, 8]))  # passed over; larger than the image

# --------------------------------------------------------------------------- q4_layers


def layers_are_counted_one_by_one(call: Call) -> str | None:
    """The result is a list of positive whole numbers."""
    for encoder in ENCODERS:
        layers = _numbers(call("encoder_layer_params", *encoder))
        if layers is None or layers.ndim != 1 or not _are_counts(layers):
            return "the result is not a list of positive whole numbers, one for each layer"
    return None


def longer_chains_begin_alike(call: Call) -> str | None:
    """A larger image needs more layers, and the first ones are the same."""
    short = _numbers(call("encoder_layer_params", 20, 12, 5, [7, 9]))
    long = _numbers(call("encoder_layer_params", 40, 12, 5, [7, 9]))
    if short is None or long is None or short.ndim != 1 or long.ndim != 1:
        return "the result is not a list of numbers"
    if len(short) >= len(long):
        return "an image of size 40 does not need more layers than one of size 20, down to 12"
    if not np.array_equal(short, long[: len(short)]):
        return "the first layers for a larger image are not those for a smaller one"
    return None


def no_layers_for_equal_sizes(call: Call) -> str | None:
    """Where the image already has the latent's size there is nothing to count."""
    layers = _numbers(call("encoder_layer_params", 16, 16, 3, [8]))
    if layers is not None and layers.size == 0:
        return None
    return "an image that already has the size of the latent needs no layers"


def layers_refuse_what_cannot_be_built(call: Call) -> str | None:
    """A latent out of reach and layers without widths are refused."""
    for encoder in UNREACHABLE:
        if not _refuses(call, "encoder_layer_params", *encoder):
            return f"no number of layers takes {encoder[0]} to {encoder[1]}: raise ValueError"
    if not _refuses(call, "encoder_layer_params", 20, 16, 3, []):
        return "layers are needed but there are no widths: raise ValueError"
    return None


# --------------------------------------------------------------------------- q4_total


def total_is_the_sum_of_the_layers(call: Call) -> str | None:
    """encoder_params agrees with encoder_layer_params."""
    for encoder in ENCODERS:
        layers = _numbers(call("encoder_layer_params", *encoder))
        total = _numbers(call("encoder_params", *encoder))
        if layers is None or total is None or total.ndim != 0 or layers.sum() != total:
            sizes = f"{encoder[0]} down to {encoder[1]}"
            return f"encoder_params is not the sum of encoder_layer_params, from {sizes}"
    return None


def total_refuses_what_cannot_be_built(call: Call) -> str | None:
    """A latent out of reach is refused by the total as well."""
    for encoder in UNREACHABLE:
        if not _refuses(call, "encoder_params", *encoder):
            return f"no number of layers takes {encoder[0]} to {encoder[1]}: raise ValueError"
    return None


# --------------------------------------------------------------------------- reading results


def _numbers(value: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def _are_counts(numbers: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    return bool(((numbers > 0) & (numbers == np.rint(numbers))).all())


def _refuses(call: Call, function: str, *args: Any) -> bool:
    try:
        call(function, *args)
    except ValueError:
        return True
    return False
