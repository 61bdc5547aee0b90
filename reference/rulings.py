"""What the statement leaves open: arguments on which no case may depend, and why.

A function `<question's function>_no_case` takes the arguments of a call and gives the ruling that
excludes them, or None. Students are told none of this, because they never meet such arguments;
`grader audit` is, so that a slip which shows only there is not held against the cases. It also
complains of a case that a ruling excludes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.matrices import Matrix

COUNTS = "counts below 1 are no error that the statement names here"
STRIDE = "a stride below 1 moves nothing"
PADDING = "padding cannot be negative"
SQUARE = "images of the network are square"
STEPS = "there are as many steps as entries, and no fewer than 0"


def output_shapes_no_case(
    task: str, height: int, width: int, classes: int, objects: int
) -> str | None:
    """An image has pixels, a model classes; without objects is a case."""
    return COUNTS if min(height, width, classes) < 1 or objects < 0 else None


def fc_layer_params_no_case(sizes: Sequence[int], bias: bool = True) -> str | None:
    """One size makes no layer, so whether it may be 0 is anybody's guess."""
    return COUNTS if len(sizes) == 1 and sizes[0] < 1 else None


def fc_network_params_no_case(
    image_shape: tuple[int, int, int], hidden_divisor: int, classes: int
) -> str | None:
    """Only divisibility is asked for."""
    return COUNTS if min(*image_shape, hidden_divisor, classes) < 1 else None


def conv_output_size_no_case(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> str | None:
    """Only a kernel that is too large is asked for."""
    if min(size, kernel_size) < 1:
        return COUNTS
    return _no_move(stride, padding)


def conv_layers_needed_no_case(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> str | None:
    """A chain of layers begins and ends with an image."""
    if min(size, target, kernel_size) < 1:
        return COUNTS
    return _no_move(stride, padding)


def classifier_params_no_case(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> str | None:
    """No error is asked for at all."""
    return COUNTS if min(*feature_shape, classes) < 1 else None


def conv_network_params_no_case(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int
) -> str | None:
    """Only a target out of reach is asked for."""
    if min(*image_shape, target, kernel_size, classes) < 1:
        return COUNTS
    return SQUARE if image_shape[1] != image_shape[2] else None


def cross_correlate2d_no_case(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> str | None:
    """Only a kernel that is too large is asked for."""
    return _no_move(stride, padding)


def transposed_conv2d_no_case(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> str | None:
    """Only a result with nothing left is asked for."""
    return _no_move(stride, padding)


def transposed_conv2d_steps_no_case(image: Matrix, kernel: Matrix, steps: int) -> str | None:
    """No error is asked for at all."""
    return None if 0 <= steps <= image.size else STEPS


def encoder_layer_params_no_case(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int = 3
) -> str | None:
    """Only a latent out of reach and missing widths are asked for."""
    return COUNTS if min(size, latent, in_channels, *widths, kernel_size) < 1 else None


encoder_params_no_case = encoder_layer_params_no_case


def _no_move(stride: int, padding: int) -> str | None:
    if stride < 1:
        return STRIDE
    return PADDING if padding < 0 else None
