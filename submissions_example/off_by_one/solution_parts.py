def output_size(size, kernel_size, stride, padding):
    span = size + 2 * padding
    if kernel_size > span:
        raise ValueError("the kernel does not fit")
    return (span - kernel_size) // stride + 1


def layer(in_channels, out_channels, kernel_size, bias):
    height, width = kernel_size if isinstance(kernel_size, (tuple, list)) else [kernel_size] * 2
    if in_channels < 1 or out_channels < 1 or height < 1 or width < 1:
        raise ValueError("nothing to count")
    return (in_channels * height * width + (1 if bias else 0)) * out_channels
