"""Question 2b, one convolutional layer: the size it puts out and the parameters it owns."""

from __future__ import annotations


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a kernel along one side of an image."""
    if kernel_size > size + 2 * padding:
        raise ValueError(
            f"kernel_size={kernel_size} does not fit into {size} + 2 * {padding} padded cells"
        )
    return (size - kernel_size + 2 * padding) // stride + 1


def conv_layer_params(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = True
) -> int:
    """Count the parameters of one convolutional layer: its kernels and one bias per output map."""
    height, width = kernel_sides(kernel_size)
    if min(in_channels, out_channels, height, width) < 1:
        raise ValueError(
            "channels and kernel sides must be at least 1, got "
            f"in_channels={in_channels}, out_channels={out_channels}, kernel_size={kernel_size}"
        )
    weights = out_channels * in_channels * height * width
    return weights + out_channels if bias else weights


def kernel_sides(kernel_size: int | tuple[int, int]) -> tuple[int, int]:
    """Give height and width of a kernel; one number means a square."""
    return kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
