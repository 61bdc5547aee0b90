"""Other right answers: what students may well write instead of the reference.

Named `<question's function>_by_<how>`. `grader audit` marks each of them as a submission: all must
earn full marks, and those of question 3 show how much of the tolerance another order of summation,
an FFT, float32 or torch uses up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.matrices import Matrix

# --------------------------------------------------------------------------- counts


def fc_layer_params_by_array(sizes: Sequence[int], bias: bool = True) -> Matrix:
    """All layers at once, as an array."""
    units = np.array(sizes, dtype=np.int64)
    if (units < 1).any():
        raise ValueError("a size is below 1")
    counts: Matrix = (units[:-1] + bias) * units[1:]
    return counts


def conv_output_size_by_counting(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """Put the kernel down wherever it may stand."""
    positions = len(range(0, size + 2 * padding - kernel_size + 1, stride))
    if not positions:
        raise ValueError("no position")
    return positions


def conv_layer_params_by_shape(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = True
) -> np.integer:
    """The size of the weight tensor, and that of the bias."""
    sides = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
    shape = (out_channels, in_channels, *sides)
    if min(shape) < 1:
        raise ValueError("no such layer")
    count: np.integer = np.prod(shape, dtype=np.int64) + (out_channels if bias else 0)
    return count


def conv_layers_needed_by_visiting(
    size: int, target: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int | None:
    """Go on until the target is met, a size comes twice, or the image has grown for too long."""
    visited = [size]
    while visited[-1] != target:
        room = visited[-1] + 2 * padding - kernel_size
        if room < 0 or visited[-1] > 2 * max(size, target) + 2 * padding:
            return None
        following = room // stride + 1
        if following in visited:
            return None
        visited.append(following)
    return len(visited) - 1


def classifier_params_by_float(
    feature_shape: tuple[int, int, int], classes: int, bias: bool = True
) -> float:
    """A whole number all the same."""
    return float(classes * (np.prod(feature_shape) + bias))


# --------------------------------------------------------------------------- cross-correlation


def cross_correlate2d_by_windows(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Position after position, each a sum over a patch."""
    windows = _windows(image, kernel, stride, padding)
    output: Matrix = np.einsum("ijab,ab->ij", windows, kernel)
    return output


def cross_correlate2d_by_matrix(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Every patch a row of a matrix, in float32, and one product."""
    windows = _windows(image.astype(np.float32), kernel, stride, padding)
    rows = windows.reshape(-1, kernel.size)
    output: Matrix = rows @ kernel.astype(np.float32).ravel()
    return output.reshape(windows.shape[:2])


def cross_correlate2d_by_fft(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """A product of spectra; the kernel is turned, because that would convolve."""
    padded = np.pad(image, padding)
    _refuse_large(padded, kernel)
    full = _convolve_by_fft(padded, kernel[::-1, ::-1])
    top, left = kernel.shape[0] - 1, kernel.shape[1] - 1
    return full[top : padded.shape[0], left : padded.shape[1]][::stride, ::stride]


def cross_correlate2d_by_torch(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> object:
    """torch.nn.functional.conv2d in float32."""
    import torch

    _refuse_large(np.pad(image, padding), kernel)
    pixels = torch.tensor(image, dtype=torch.float32)[None, None]
    weights = torch.tensor(kernel, dtype=torch.float32)[None, None]
    return torch.nn.functional.conv2d(pixels, weights, stride=stride, padding=padding)[0, 0]


# --------------------------------------------------------------------------- transposed


def transposed_conv2d_by_fft(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Zeros between the entries, and a full convolution."""
    sides = [(side - 1) * stride + 1 for side in image.shape]
    spread = np.zeros(sides)
    spread[::stride, ::stride] = image
    return _cropped(_convolve_by_fft(spread, kernel), padding)


def transposed_conv2d_by_gathering(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> Matrix:
    """Cell after cell, each the sum of what reaches it, in float32."""
    heights, widths = zip(image.shape, kernel.shape, strict=True)
    shape = [(n - 1) * stride + k for n, k in (heights, widths)]
    small, weights = image.astype(np.float32), kernel.astype(np.float32)
    output = np.zeros(shape, dtype=np.float32)
    for i, j in np.ndindex(*shape):
        for a, b in np.ndindex(kernel.shape):
            (row, above), (column, before) = divmod(i - a, stride), divmod(j - b, stride)
            inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
            if not above and not before and inside:
                output[i, j] += small[row, column] * weights[a, b]
    return _cropped(output, padding)


def transposed_conv2d_by_torch(
    image: Matrix, kernel: Matrix, stride: int = 1, padding: int = 0
) -> object:
    """torch.nn.functional.conv_transpose2d in float32, cropped afterwards."""
    import torch

    pixels = torch.tensor(image, dtype=torch.float32)[None, None]
    weights = torch.tensor(kernel, dtype=torch.float32)[None, None]
    whole = torch.nn.functional.conv_transpose2d(pixels, weights, stride=stride)[0, 0]
    return _cropped(whole.numpy(), padding)


def transposed_conv2d_steps_by_fft(image: Matrix, kernel: Matrix, steps: int) -> Matrix:
    """The whole of an image whose later entries are 0."""
    done = (np.arange(image.size) < steps).reshape(image.shape)
    return _convolve_by_fft(image * done, kernel)


# --------------------------------------------------------------------------- parts


def _windows(image: Matrix, kernel: Matrix, stride: int, padding: int) -> Matrix:
    padded = np.pad(image, padding)
    _refuse_large(padded, kernel)
    views: Matrix = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return views[::stride, ::stride]


def _refuse_large(padded: Matrix, kernel: Matrix) -> None:
    if (np.array(kernel.shape) > padded.shape).any():
        raise ValueError("the kernel is larger than the padded image")


def _convolve_by_fft(image: Matrix, kernel: Matrix) -> Matrix:
    shape = [n + k - 1 for n, k in zip(image.shape, kernel.shape, strict=True)]
    spectrum = np.fft.rfft2(image, shape) * np.fft.rfft2(kernel, shape)
    full: Matrix = np.fft.irfft2(spectrum, shape)
    return full


def _cropped(whole: Matrix, padding: int) -> Matrix:
    if min(whole.shape) <= 2 * padding:
        raise ValueError("nothing is left")
    height, width = whole.shape
    return whole[padding : height - padding, padding : width - padding]
