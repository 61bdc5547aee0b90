# no imports at all: loops, nested lists, and counts that come out as floats

TASKS = ["image_classification", "object_detection", "semantic_segmentation", "instance_segmentation"]


def task_table():
    cells = [
        ["Class per image", "class scores ", "image", None],
        ["box and class per object", "boxes with class scores", "object", True],
        ["class per pixel", "class scores per pixel", "pixel", False],
        ["mask and class per object", "Masks with class scores", "pixel", True],
    ]
    names = ["annotation", "output", "granularity", "separates_instances"]
    return {task: dict(zip(names, row)) for task, row in zip(TASKS, cells)}


def output_shapes(task, height, width, classes, objects):
    if task == TASKS[0]:
        return {"scores": [classes]}
    if task == TASKS[1]:
        return {"boxes": [objects, 4], "scores": [objects, classes]}
    if task == TASKS[2]:
        return {"scores": [classes, height, width]}
    if task == TASKS[3]:
        return {"masks": [objects, height, width], "scores": [objects, classes]}
    raise ValueError(task)


def similarities_and_differences():
    return """Detection and the two segmentations say where things are, classification only what is
    there. Semantic segmentation cannot tell two neighbouring cows apart, instance segmentation
    can. All of them score classes and can share the same features."""


def applications():
    texts = [
        "Sorting photographs on a phone into beaches, mountains, cities and pets.",
        "Counting the people that enter and leave a shop with a ceiling camera.",
        "Marking the road, the pavement and the sky for a self driving car.",
        "A robot arm that has to pick single apples from a crate of apples.",
    ]
    return dict(zip(TASKS, texts))


def fc_layer_params(sizes, bias=True):
    for s in sizes:
        if s < 1:
            raise ValueError("size below one")
    out = []
    for k in range(1, len(sizes)):
        out.append(float((sizes[k - 1] + bias) * sizes[k]))
    return out


def fc_network_params(image_shape, hidden_divisor, classes):
    n = image_shape[0] * image_shape[1] * image_shape[2]
    if n % hidden_divisor != 0:
        raise ValueError("not divisible")
    h = n / hidden_divisor
    return (n + 1) * h + (h + 1) * classes


def conv_output_size(size, kernel_size, stride=1, padding=0):
    count = 0
    position = -padding
    while position + kernel_size <= size + padding:
        count += 1
        position += stride
    if count == 0:
        raise ValueError("the kernel does not fit")
    return count


def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
    try:
        kh, kw = kernel_size
    except TypeError:
        kh = kw = kernel_size
    for number in (in_channels, out_channels, kh, kw):
        if number < 1:
            raise ValueError(number)
    total = 0
    for _ in range(out_channels):
        total += in_channels * kh * kw
        if bias:
            total += 1
    return total


def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
    for layers in range(10_000):
        if size == target:
            return layers
        if kernel_size > size + 2 * padding:
            return None
        size = (size - kernel_size + 2 * padding) // stride + 1
    return None


def classifier_params(feature_shape, classes, bias=True):
    a, b, c = feature_shape
    return a * b * c * classes + bias * classes


def conv_network_params(image_shape, target, kernel_size, classes):
    total = 0
    layers = conv_layers_needed(image_shape[1], target, kernel_size)
    if layers is None:
        raise ValueError("out of reach")
    for _ in range(layers):
        total += conv_layer_params(image_shape[0], image_shape[0], kernel_size)
    return total + classifier_params((image_shape[0], target, target), classes)


def cross_correlate2d(image, kernel, stride=1, padding=0):
    h, w, kh, kw = len(image), len(image[0]), len(kernel), len(kernel[0])
    conv_output_size(h, kh, stride, padding), conv_output_size(w, kw, stride, padding)
    result = []
    for top in range(-padding, h + padding - kh + 1, stride):
        row = []
        for left in range(-padding, w + padding - kw + 1, stride):
            total = 0
            for a in range(kh):
                for b in range(kw):
                    if 0 <= top + a < h and 0 <= left + b < w:
                        total = total + image[top + a][left + b] * kernel[a][b]
            row.append(total)
        result.append(row)
    return result


def _scatter(image, kernel, stride, padding, steps):
    h, w, kh, kw = len(image), len(image[0]), len(kernel), len(kernel[0])
    rows, cols = (h - 1) * stride + kh - 2 * padding, (w - 1) * stride + kw - 2 * padding
    if rows < 1 or cols < 1:
        raise ValueError("nothing left")
    result = [[0] * cols for _ in range(rows)]
    for step in range(steps):
        i, j = divmod(step, w)
        for a in range(kh):
            for b in range(kw):
                r, c = i * stride + a - padding, j * stride + b - padding
                if 0 <= r < rows and 0 <= c < cols:
                    result[r][c] += image[i][j] * kernel[a][b]
    return result


def transposed_conv2d(image, kernel, stride=1, padding=0):
    return _scatter(image, kernel, stride, padding, len(image) * len(image[0]))


def transposed_conv2d_steps(image, kernel, steps):
    return _scatter(image, kernel, 1, 0, steps)


def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
    n = conv_layers_needed(size, latent, kernel_size)
    if n is None or (n > 0 and len(widths) == 0):
        raise ValueError("cannot be built")
    channels = [in_channels] + [widths[i] if i < len(widths) else widths[-1] for i in range(n)]
    return tuple(conv_layer_params(a, b, kernel_size) for a, b in zip(channels, channels[1:]))


def encoder_params(size, latent, in_channels, widths, kernel_size=3):
    total = 0
    for p in encoder_layer_params(size, latent, in_channels, widths, kernel_size):
        total += p
    return total
