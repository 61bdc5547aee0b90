"""What must hold for every right answer to question 2, and gives none away.

Students run these on their own machine: they compare a student's results with one another, never
with ours. So this file imports nothing of the reference and can be handed out as it is.

Each property gets `call(function, *args)`, which runs the student's function and returns its
value, or raises what the function raised. It returns None, or one sentence to the student.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

Call: TypeAlias = Callable[..., object]

# ------------------------------------------------------------------ q2a_i, q2a_ii


def one_count_for_each_layer(call: Call) -> str | None:
    """Three sizes make two layers."""
    observed = _counts(call("fc_layer_params", [6, 4, 3]))
    if len(observed) != 2:
        return f"sizes [6, 4, 3] make two layers, and you return {len(observed)} counts"
    return None


def layers_counted_apart(call: Call) -> str | None:
    """What a layer owns depends on its own two sizes only."""
    whole = _counts(call("fc_layer_params", [6, 4, 3]))
    first = _counts(call("fc_layer_params", [6, 4]))
    second = _counts(call("fc_layer_params", [4, 3]))
    if whole != first + second:
        return "the layers of [6, 4, 3] should be those of [6, 4] and of [4, 3]"
    return None


def layers_smaller_without_bias(call: Call) -> str | None:
    """Biases are parameters too."""
    biased = _counts(call("fc_layer_params", [6, 4, 3]))
    unbiased = _counts(call("fc_layer_params", [6, 4, 3], False))
    if not all(less < more for less, more in zip(unbiased, biased, strict=False)):
        return "a layer with biases should have more parameters than the same one without"
    return None


def network_same_when_image_turned(call: Call) -> str | None:
    """Flattening an image or its transpose leaves equally many values."""
    if call("fc_network_params", (2, 6, 4), 3, 5) != call("fc_network_params", (2, 4, 6), 3, 5):
        return "images of 6 x 4 and of 4 x 6 hold equally many values"
    return None


def network_larger_with_more_hidden_units(call: Call) -> str | None:
    """A smaller divisor makes a larger hidden layer, and so more parameters."""
    narrow = _count(call("fc_network_params", (2, 6, 4), 8, 5))
    if not narrow < _count(call("fc_network_params", (2, 6, 4), 4, 5)):
        return "a hidden layer twice as large should make the network larger"
    return None


# ------------------------------------------------------------------ q2b_size, q2b_i


def size_kept_by_single_cell(call: Call) -> str | None:
    """A kernel of one cell at stride 1 finds a position in every cell."""
    for size in (1, 6, 31):
        observed = call("conv_output_size", size, 1)
        if observed != size:
            return f"a kernel of one cell should keep a size of {size} as it is"
    return None


def size_never_falls_in_larger_image(call: Call) -> str | None:
    """A larger image never has fewer positions."""
    sizes = [_count(call("conv_output_size", size, 3, 2, 1)) for size in range(3, 12)]
    if sizes != sorted(sizes):
        return "a larger image gave a smaller output (kernel_size=3, stride=2, padding=1)"
    return None


def layer_same_for_pair_and_number(call: Call) -> str | None:
    """A kernel given as one number is the square one."""
    if call("conv_layer_params", 2, 5, 4) != call("conv_layer_params", 2, 5, (4, 4)):
        return "kernel_size=4 and kernel_size=(4, 4) describe the same layer"
    return None


def layer_same_when_kernel_turned(call: Call) -> str | None:
    """A kernel turned by a quarter has as many parameters."""
    if call("conv_layer_params", 2, 5, (3, 4)) != call("conv_layer_params", 2, 5, (4, 3)):
        return "kernels of 3 x 4 and of 4 x 3 have equally many parameters"
    return None


def layer_smaller_without_bias(call: Call) -> str | None:
    """Biases are parameters too."""
    with_bias = _count(call("conv_layer_params", 2, 5, 3))
    if not _count(call("conv_layer_params", 2, 5, 3, False)) < with_bias:
        return "a layer with biases should have more parameters than the same one without"
    return None


# ------------------------------------------------------------------ q2b_ii


def layers_lead_to_target(call: Call) -> str | None:
    """As many of the student's own layers as the student counts do end at the target."""
    for size, target, kernel_size, stride, padding in [
        (20, 8, 5, 1, 0),
        (21, 6, 3, 2, 1),
        (6, 16, 3, 1, 2),
    ]:
        layers = call("conv_layers_needed", size, target, kernel_size, stride, padding)
        reached = size
        for _ in range(min(_count(layers), 100) if layers is not None else 0):
            reached = _count(call("conv_output_size", reached, kernel_size, stride, padding))
        if layers is not None and reached != target:
            return (
                f"your conv_layers_needed{size, target, kernel_size, stride, padding} says "
                f"{layers}, but so many steps of your conv_output_size end at {reached}"
            )
    return None


def no_layers_between_equal_sizes(call: Call) -> str | None:
    """An image that already measures the target needs no layer, whatever the kernel."""
    for kernel_size in (1, 3, 7):
        if call("conv_layers_needed", 6, 6, kernel_size) != 0:
            return f"from 6 to 6 cells no layer is needed (kernel_size={kernel_size})"
    return None


# ------------------------------------------------------------------ q2b_iii, q2b_iv


def classifier_same_when_map_turned(call: Call) -> str | None:
    """Flattening a map or its transpose leaves equally many values."""
    if call("classifier_params", (2, 3, 5), 7) != call("classifier_params", (2, 5, 3), 7):
        return "maps of 3 x 5 and of 5 x 3 hold equally many values"
    return None


def classifier_smaller_without_bias(call: Call) -> str | None:
    """Biases are parameters too."""
    with_bias = _count(call("classifier_params", (2, 3, 5), 7))
    if not _count(call("classifier_params", (2, 3, 5), 7, False)) < with_bias:
        return "a classifier with biases should have more parameters than the same one without"
    return None


def network_without_layers_is_its_classifier(call: Call) -> str | None:
    """An image that already measures the target goes straight into the classifier."""
    observed = call("conv_network_params", (2, 6, 6), 6, 3, 5)
    if observed != call("classifier_params", (2, 6, 6), 5):
        return "a network that needs no convolution should be your classifier_params alone"
    return None


def network_grows_with_every_layer(call: Call) -> str | None:
    """A larger image needs more layers, and every layer owns parameters."""
    counts = [_count(call("conv_network_params", (2, size, size), 6, 3, 5)) for size in (6, 8, 10)]
    if not counts[0] < counts[1] < counts[2]:
        return "every further convolution should add parameters to the network"
    return None


# ------------------------------------------------------------------ reading results


def _count(value: object) -> int:
    """A result as a whole number, of whichever type; ValueError says that it is none."""
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"expected a whole number, got {value!r}")


def _counts(values: object) -> list[int]:
    """A result as a list of whole numbers; ValueError says that it is none."""
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = values.tolist()
    if not isinstance(values, list | tuple):
        raise ValueError(f"expected a list of whole numbers, got {values!r}")
    return [_count(value) for value in values]
