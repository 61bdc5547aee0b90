"""Problem Set 3: vision tasks, layer sizes, convolution.

Write the functions below; keep their names. Hand in this file, or the notebook, not both. Check it
as often as you like, before you hand it in: README.md says how. What a check can show you is a
part of what decides: hidden cases do.

- Words are those of torch.nn. Shapes put channels first. Counts are exact whole numbers, with all
  biases unless bias=False: results reach far beyond 32 bits.
- Functions are called by position, so you may rename parameters and add optional ones. An input
  must not be changed. Where ValueError is asked for, another exception counts half.
- A sequence may be a list, a tuple or a one-dimensional array; a matrix a NumPy array, a torch
  tensor or a list of lists. Use NumPy, SciPy and torch as you like.
- A call may take 5 s and the whole file 30 s to load, with 1 GB of memory. Functions of yours may
  call one another; an error that is carried forward is not charged twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# ---------------------------------------------------------------- Q1 Vision tasks

TASKS = (
    "image_classification",
    "object_detection",
    "semantic_segmentation",
    "instance_segmentation",
)

# The words of the table, in alphabetical order. Each of them is used.
ANNOTATIONS = (
    "box and class per object",
    "class per image",
    "class per pixel",
    "mask and class per object",
)
OUTPUTS = (
    "boxes with class scores",
    "class scores",
    "class scores per pixel",
    "masks with class scores",
)
GRANULARITIES = ("image", "object", "pixel")


def task_table() -> dict[str, dict[str, str | bool]]:
    """Say of each of the TASKS what sets it apart: a dict with one row, a dict again, per task.

    A row has the columns

    - "annotation": what must be known of each training image, one of ANNOTATIONS;
    - "output": what a trained model puts out, one of OUTPUTS;
    - "granularity": the smallest thing that gets a label of its own, one of GRANULARITIES;
    - "separates_instances": whether two objects of one class that touch are told apart, True or
      False. It is not asked for image_classification.

    Points are given for rows: a row with one wrong cell earns half.
    """
    raise NotImplementedError


def output_shapes(
    task: str, height: int, width: int, classes: int, objects: int
) -> dict[str, tuple[int, ...]]:
    """Give the shape of everything that a trained model puts out for one image, by its name.

    The image measures `height` by `width` pixels and shows `objects` objects (there may be none),
    each of one of `classes` classes. Asked for are, and no other entries:

    - image_classification: "scores" (of the classes);
    - object_detection: "boxes" (where the objects are) and "scores";
    - semantic_segmentation: "scores";
    - instance_segmentation: "masks" and "scores".

    Raises:
        ValueError: if `task` is none of the TASKS. A part of a task's name is no task.
    """
    raise NotImplementedError


def similarities_and_differences() -> str:
    """Say in 20 to 200 words what the four tasks have in common and where they differ.

    A person marks this.
    """
    raise NotImplementedError


def applications() -> dict[str, str]:
    """Describe a use in the real world of each of the TASKS, in 8 to 80 words each.

    The keys are the four tasks. A person marks this.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- Q2a A fully connected network


def fc_layer_params(sizes: Sequence[int], bias: bool = True) -> list[int]:
    """Count the parameters of each fully connected layer, in order.

    `sizes` is a list: the number of units at each level, the input's first. Without a second
    level there is no layer, and the list is empty.

    Raises:
        ValueError: if a size is below 1.

    >>> fc_layer_params([150528, 75264, 100])
    [11329414656, 7526500]
    """
    raise NotImplementedError


def fc_network_params(image_shape: tuple[int, int, int], hidden_divisor: int, classes: int) -> int:
    """Count the parameters of a fully connected network with one hidden layer, biases included.

    The image, of shape (channels, height, width), is flattened. For every `hidden_divisor` input
    values the hidden layer has one unit, and the output has `classes` units.

    Raises:
        ValueError: if that gives no whole number of hidden units.

    >>> fc_network_params((3, 224, 224), 2, 100)
    11336941156
    """
    raise NotImplementedError


# ---------------------------------------------------------------- Q2b A convolutional network


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Give the size of a convolution's output along one side of an image of `size` cells.

    `padding` cells are added at both ends. Cells at the end that the next stride does not reach
    are left over.

    Raises:
        ValueError: if the kernel is larger than the padded side.

    >>> conv_output_size(224, 7)
    218
    """
    raise NotImplementedError


def conv_layer_params(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = True
) -> int:
    """Count the parameters of one convolutional layer.

    `kernel_size` is one number for a square kernel, or (height, width).

    Raises:
        ValueError: if a number of channels, or a side of the kernel, is below 1.

    >>> conv_layer_params(3, 3, 7)
    444
    """
    raise NotImplementedError


def conv_layers_needed(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Count how many such layers, one after the other, take `size` to exactly `target`.

    0 if the two are equal, whatever the kernel. None if `target` is never met: because a layer
    passes it, because the kernel no longer fits, or because the size no longer changes.

    >>> conv_layers_needed(224, 8, 7), conv_layers_needed(224, 9, 7)
    (36, None)
    """
    raise NotImplementedError


def classifier_params(feature_shape: tuple[int, int, int], classes: int, bias: bool = True) -> int:
    """Count the parameters of one fully connected layer on a flattened map.

    The map has the shape (channels, height, width).

    >>> classifier_params((3, 8, 8), 100)
    19300
    """
    raise NotImplementedError


def conv_network_params(
    image_shape: tuple[int, int, int], target: int, kernel_size: int, classes: int
) -> int:
    """Count the parameters of a whole convolutional network, biases included.

    Convolutions with square kernels, stride 1 and no padding, each with as many output as input
    channels, follow one another until the square image measures `target` by `target`; then comes
    the classifier. Where no convolution is needed the kernel does not matter.

    Raises:
        ValueError: if the target is never met.

    >>> conv_network_params((3, 224, 224), 8, 7, 100)
    35284
    """
    raise NotImplementedError


# ---------------------------------------------------------------- Q3 Convolution and its transpose


def cross_correlate2d(
    image: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Do what deep-learning libraries call convolution, for one channel.

    The kernel is used as it stands, not flipped. `padding` rows and columns of zeros stand on
    every side of the image. Image and kernel need not be square.

    Raises:
        ValueError: if the kernel is larger than the padded image, in either direction.
    """
    raise NotImplementedError


def transposed_conv2d(
    image: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Do the transposed convolution, for one channel, as torch.nn.ConvTranspose2d does it.

    `padding` rows and columns are taken away from every side of the result. The kernel may be
    larger than the image.

    Raises:
        ValueError: if nothing is left.
    """
    raise NotImplementedError


def transposed_conv2d_steps(image: np.ndarray, kernel: np.ndarray, steps: int) -> np.ndarray:
    """Stop a transposed convolution after so many entries of the image, row by row.

    Stride 1, no padding. The result is always as large as in the end; before the first step it is
    all zeros, after the last it is the whole transposed convolution.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- Q4 An encoder


def encoder_layer_params(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int = 3
) -> list[int]:
    """Count the parameters of each layer of an encoder, in order, biases included.

    Convolutions with square kernels, stride 1 and no padding take a square image with
    `in_channels` channels from `size` to `latent`. The list `widths` holds the layers' output
    channels; where there are more layers its last width repeats, where there are fewer its first
    ones are used. The list is empty where no layer is needed, whatever the widths.

    Raises:
        ValueError: if `latent` is never met, or if layers are needed and there are no widths.

    >>> encoder_layer_params(224, 16, 3, [16, 32, 64, 128, 256])[:5]
    [448, 4640, 18496, 73856, 295168]
    """
    raise NotImplementedError


def encoder_params(
    size: int, latent: int, in_channels: int, widths: Sequence[int], kernel_size: int = 3
) -> int:
    """Count the parameters of the whole encoder, biases included.

    Raises:
        ValueError: as encoder_layer_params.

    >>> encoder_params(224, 16, 3, [16, 32, 64, 128, 256])
    58810528
    """
    raise NotImplementedError
