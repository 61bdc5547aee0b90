"""Question 2b (iii, iv): the classifier on a feature map, and the whole convolutional network.

Derivation of the classifier. Flattening keeps every value of the map: channels · height · width of
them. Each of the `classes` outputs has one weight for every value and one bias:

    classes · (channels · height · width + 1)        without the 1 if bias=False

Derivation of the network. Layers are stacked, so their parameters add up. The convolutions put
out as many channels as they take in, so all of them own the same number; the classifier sees what
they leave, a map of target × target:

    conv_layers_needed · conv_layer_params + classifier_params
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index

import numpy as np

from reference.counts import whole_number
from reference.q2_properties import (  # noqa: F401  config.yaml names them
    classifier_same_when_map_turned,
    classifier_smaller_without_bias,
    network_grows_with_every_layer,
    network_without_layers_is_its_classifier,
)
from reference.q2b_depth import conv_layers_needed
from reference.q2b_layer import conv_layer_params
from reference.regardless import regardless


def classifier_params(feature_shape: tuple[int, int, int], classes: int, bias: bool = True) -> int:
    """Count the parameters of a fully connected layer on a flattened feature map.

    Args:
        feature_shape: channels, height, width.

    >>> classifier_params((3, 8, 8), 100)
    19300
    """
    channels, height, width = feature_shape
    weights = channels * height * width * classes
    return weights + classes if bias else weights


def conv_network_params(
    image_shape: tuple[int, int, int],
    target: int,
    kernel_size: int,
    classes: int,
    *,
    conv_layer_params: Callable[..., int] = conv_layer_params,
    conv_layers_needed: Callable[..., int | None] = conv_layers_needed,
    classifier_params: Callable[..., int] = classifier_params,
) -> int:
    """Count the parameters of the whole network: its convolutional layers and its classifier.

    Args:
        image_shape: channels, height, width, with height and width equal.

    Raises:
        ValueError: if no number of layers takes the image to `target`.

    >>> conv_network_params((3, 224, 224), 8, 7, 100)
    35284
    """
    channels, size, _ = image_shape
    layers = conv_layers_needed(size, target, kernel_size)
    if layers is None:
        raise ValueError(
            f"no number of layers with kernel_size={kernel_size} takes {size} to {target}"
        )
    count = index(layers)  # TypeError where it cannot count; ValueError is what is asked for
    # Without any layer, the kernel is not examined.
    convolutions = (
        count * whole_number(conv_layer_params(channels, channels, kernel_size)) if count > 0 else 0
    )
    return convolutions + whole_number(classifier_params((channels, target, target), classes))


# ------------------------------------------------------------------ hidden cases


def feature_maps(rng: np.random.Generator) -> tuple[tuple[int, int, int], int]:
    """A map whose channels, height and width all differ."""
    channels, height, width = rng.choice(np.arange(2, 20), size=3, replace=False).tolist()
    return (channels, height, width), int(rng.integers(20, 200))


def feature_maps_without_bias(
    rng: np.random.Generator,
) -> tuple[tuple[int, int, int], int, bool]:
    """As `feature_maps`, with bias=False."""
    return *feature_maps(rng), False


def networks(rng: np.random.Generator) -> tuple[tuple[int, int, int], int, int, int]:
    """A square image and a target that two layers or more reach."""
    channels = int(rng.integers(2, 9))
    kernel_size = int(rng.integers(3, 10))
    target = int(rng.integers(4, 20))
    size = target + int(rng.integers(3, 30)) * (kernel_size - 1)
    return (channels, size, size), target, kernel_size, int(rng.integers(10, 80))


# ------------------------------------------------------------------ wrong answers: q2b_iii


def classifier_no_bias(feature_shape: tuple[int, int, int], classes: int, bias: bool = True) -> int:
    """Does each output unit own any number besides its incoming weights?"""
    channels, height, width = feature_shape
    return channels * height * width * classes


def classifier_single_bias(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Do all output units share one bias?"""
    channels, height, width = feature_shape
    return channels * height * width * classes + bias


def classifier_bias_per_input(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Which units own the biases: those that send or those that receive?"""
    channels, height, width = feature_shape
    return channels * height * width * (classes + bias)


def classifier_bias_regardless(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Does your count change when the layer is built with bias=False?"""
    channels, height, width = feature_shape
    return (channels * height * width + 1) * classes


def classifier_bias_exchanged(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Call it with and without biases: which of the two counts should be the larger?"""
    return classifier_params(feature_shape, classes, bias=not bias)


def classifier_on_one_channel(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """How many values are there in the whole feature map once it is flattened?"""
    _, height, width = feature_shape
    return (height * width + bias) * classes


def classifier_on_columns(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Flattening keeps every value of all three axes. How many of the axes does your count use?"""
    channels, height, _ = feature_shape
    return (channels * height + bias) * classes


def classifier_on_one_column(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Flattening keeps every value of all three axes. Where are the other two?"""
    _, height, _ = feature_shape
    return (height + bias) * classes


def classifier_on_averages(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """You count one value per channel, as after global average pooling. What does flattening
    keep?"""
    channels, _, _ = feature_shape
    return (channels + bias) * classes


def classifier_axes_added(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """How many entries does a c by h by w block have?"""
    return (sum(feature_shape) + bias) * classes


def classifier_square_of_height(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Your function assumes that height and width are equal. What if the map is wider than high?"""
    channels, height, _ = feature_shape
    return (channels * height * height + bias) * classes


def classifier_square_of_width(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Your function assumes that height and width are equal. What if the map is higher than
    wide?"""
    channels, _, width = feature_shape
    return (channels * width * width + bias) * classes


def classifier_per_channel(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """Is there one classifier for each channel, or one on the flattened map?"""
    channels, height, width = feature_shape
    return channels * (height * width + bias) * classes


def classifier_with_hidden_layer(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> int:
    """How many fully connected layers does this network have after the convolutions?"""
    channels, height, width = feature_shape
    features = channels * height * width
    return (features + bias) * (features // 2) + (features // 2 + bias) * classes


# Each with `bias` never looked at, which is a slip of its own.
classifier_single_bias_always = regardless(classifier_single_bias)
classifier_bias_per_input_always = regardless(classifier_bias_per_input)
classifier_on_one_channel_always = regardless(classifier_on_one_channel)
classifier_on_columns_always = regardless(classifier_on_columns)
classifier_on_one_column_always = regardless(classifier_on_one_column)
classifier_per_channel_always = regardless(classifier_per_channel)
classifier_axes_added_always = regardless(classifier_axes_added)
classifier_square_of_height_always = regardless(classifier_square_of_height)
classifier_square_of_width_always = regardless(classifier_square_of_width)
classifier_with_hidden_layer_always = regardless(classifier_with_hidden_layer)


# ------------------------------------------------------------------ wrong answers: q2b_iv
# Without guards the number of layers is the closed form, rounded down where it is not exact. As
# the reference, they take other steps: a slip is recognised on top of a student's own ones, too.

Step = Callable[..., int]


def network_target_unchecked(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """What does your function answer when no number of layers ends exactly at the target?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier


def network_without_classifier(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """One component of the network is missing from your sum. Which one gives the class scores?"""
    layers, per_layer, _ = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer


def network_without_convolutions(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """What makes the image as small as your classifier takes it, and does that own parameters?"""
    _, _, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return classifier


def network_with_one_convolution(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """How many times does the convolutional layer occur?"""
    _, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return per_layer + classifier


def network_classifier_repeated(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Which of the two components is repeated?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (per_layer + classifier)


def network_layers_added(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Is a number of layers itself a number of parameters?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers + per_layer + classifier


def network_one_layer_more(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Check the number of convolutional layers that you used against your own answer to part ii.
    Did one slip in?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return (layers + 1) * per_layer + classifier


def network_one_layer_less(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Check the number of convolutional layers that you used against your own answer to part ii.
    Did one get lost?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return (layers - 1) * per_layer + classifier


def network_bias_per_layer_again(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Your per-layer count from part i already contains something that you add again. What is
    it?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier + layers


def network_times_channels(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Which channels does your per-layer count already cover?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return image_shape[0] * layers * per_layer + classifier


def network_multiplied(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """The components are stacked one after the other. How do their parameters combine?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer * classifier


def network_classifier_on_image(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """What does the classifier receive: the image, or what the convolutions leave of it?"""
    layers, per_layer, _ = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier_params(image_shape, classes)


def network_classifier_on_one_channel(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """How many values does the last convolution hand to the classifier, over all of its maps?"""
    layers, per_layer, _ = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier_params((1, target, target), classes)


def network_no_bias(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """You have counted the weights. Which other learnable numbers do both kinds of layer own?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (per_layer - image_shape[0]) + classifier - classes


def network_conv_no_bias(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Your convolutions count the kernel weights. Is there another learnable number per output
    map?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (per_layer - image_shape[0]) + classifier


def network_conv_single_bias(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Your convolutions have one bias each. How many output maps need one?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (per_layer - image_shape[0] + 1) + classifier


def network_conv_bias_per_pair(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """All slices of one filter add up to a single output value. How many biases does it need?"""
    layers, _, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (kernel_size**2 + 1) * image_shape[0] ** 2 + classifier


def network_flat_filters(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """How many input channels does one filter of your convolutions look at?"""
    layers, _, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (kernel_size**2 + 1) * image_shape[0] + classifier


def network_one_filter(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Your convolutions own one filter each. How many channels does such a layer put out?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (per_layer // image_shape[0]) + classifier


def network_kernel_not_squared(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """The kernel has a height and a width. Do your convolutions count both?"""
    channels = image_shape[0]
    layers, _, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * (channels * kernel_size + 1) * channels + classifier


def network_classifier_no_bias(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Does each output unit of your classifier own any number besides its incoming weights?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier - classes


def network_classifier_single_bias(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """Do all output units of your classifier share one bias?"""
    layers, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return layers * per_layer + classifier - classes + 1


def network_of_whole_kernels(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int, **steps: Step
) -> int:
    """How much smaller does one layer make the image? Slide a kernel over a short strip by hand."""
    _, per_layer, classifier = _parts(image_shape, target, kernel_size, classes, **steps)
    return (image_shape[1] - target) // kernel_size * per_layer + classifier


def _layers(size: int, target: int, kernel_size: int) -> int:
    return (size - target) // max(kernel_size - 1, 1)


def _per_layer(in_channels: int, out_channels: int, kernel_size: int) -> int:
    return (in_channels * kernel_size**2 + 1) * out_channels


def _parts(
    image_shape: tuple[int, int, int],
    target: int,
    kernel_size: int,
    classes: int,
    *,
    conv_layer_params: Step = _per_layer,
    conv_layers_needed: Step = _layers,
    classifier_params: Step = classifier_params,
) -> tuple[int, int, int]:
    """Give the number of convolutions, the parameters of one, and those of the classifier."""
    channels, size, _ = image_shape
    layers = conv_layers_needed(size, target, kernel_size)
    per_layer = conv_layer_params(channels, channels, kernel_size)
    return layers, per_layer, classifier_params((channels, target, target), classes)
