"""A slip is recognised by what it computes, however a student wrote it.

Each is a function as students write them (loops, NumPy, torch, odd names), with one slip of the
catalogue. None is written as the wrong answer in reference/ is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from grader.model import Assignment, Chunk, QuestionResult, Submission
from grader.pipeline import grade, read_assignment
from grader.sandbox import Launcher, start_launcher

CONFIG = Path(__file__).parents[2] / "config.yaml"

SLIPS = {
    ("q1a_table", "table_pixels_for_instances"): """
        def task_table():
            rows = dict()
            cells = {"image_classification": ["class per image", "class scores", "image"]}
            cells["object_detection"] = ["box and class per object", "boxes with class scores",
                                         "object", True]
            cells["semantic_segmentation"] = ["class per pixel", "class scores per pixel",
                                              "pixel", False]
            cells["instance_segmentation"] = ["class per pixel", "class scores per pixel",
                                              "pixel", True]
            for task, words in cells.items():
                names = ["annotation", "output", "granularity", "separates_instances"]
                rows[task] = dict(zip(names, words))
            return rows
        """,
    ("q1a_table", "table_truth_as_number"): """
        import numpy as np
        def task_table():
            words = ("annotation", "output", "granularity", "separates_instances")
            return {
                "image_classification": dict(zip(words, ("Class per image", "class scores",
                                                         "image"))),
                "object_detection": dict(zip(words, ("box and class per object",
                                                     "boxes with class scores", "object", 1))),
                "semantic_segmentation": dict(zip(words, ("class per pixel",
                                                          "class scores per pixel", "pixel", 0))),
                "instance_segmentation": dict(zip(words, ("mask and class per object",
                                                          "masks with class scores", "pixel",
                                                          np.int64(1)))),
            }
        """,
    ("q1a_shapes", "shapes_channels_last"): """
        def output_shapes(task, height, width, classes, objects):
            if task == "image_classification":
                return {"scores": [classes]}
            elif task == "object_detection":
                return {"boxes": [objects, 4], "scores": [objects, classes]}
            elif task == "semantic_segmentation":
                return {"scores": [height, width, classes]}
            elif task == "instance_segmentation":
                return {"masks": [objects, height, width], "scores": [objects, classes]}
            raise ValueError("no such task")
        """,
    ("q2a_i", "layers_bias_per_input"): """
        def fc_layer_params(sizes, bias=True):
            answer = []
            i = 0
            while i + 1 < len(sizes):
                if sizes[i] <= 0:
                    raise ValueError
                weights = 0
                for _ in range(sizes[i + 1]):
                    weights += sizes[i]
                if bias:
                    weights = weights + sizes[i]
                answer.append(weights)
                i += 1
            return answer
        """,
    ("q2a_i", "layers_int32"): """
        import numpy as np
        def fc_layer_params(sizes, bias=True):
            n = np.array(sizes).astype("int32")
            with np.errstate(all="ignore"):
                out = n[:-1] * n[1:]
                return out + n[1:] if bias else out
        """,
    ("q2a_ii", "network_sides_divided"): """
        def fc_network_params(image_shape, hidden_divisor, classes):
            c, h, w = image_shape
            before = c * h * w
            hidden = c * (h // hidden_divisor) * (w // hidden_divisor)
            layer = lambda a, b: a * b + b
            return layer(before, hidden) + layer(hidden, classes)
        """,
    ("q2b_size", "size_padded_once"): """
        import math
        def conv_output_size(size, kernel_size, stride=1, padding=0):
            return math.floor((size + padding - kernel_size) / stride) + 1
        """,
    ("q2b_size", "size_rounded_up"): """
        import numpy as np
        def conv_output_size(n, k, s=1, p=0):
            if k > n + 2 * p:
                raise ValueError("too large")
            return int(np.ceil((n - k + 2 * p) / s)) + 1
        """,
    ("q2b_i", "conv_square_of_height"): """
        def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
            k = kernel_size
            if type(k) == tuple:
                k = k[0]
            one_filter = in_channels * k ** 2
            if bias == True:
                one_filter += 1
            return sum(one_filter for i in range(out_channels))
        """,
    ("q2b_ii", "layers_one_more"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            sizes = [size]
            while sizes[-1] != target:
                if kernel_size > sizes[-1] + 2 * padding or len(sizes) > 2000:
                    return None
                following = (sizes[-1] - kernel_size + 2 * padding) // stride + 1
                if following == sizes[-1]:
                    return None
                sizes.append(following)
            return len(sizes)
        """,
    # written for one number: a pair makes it fail
    ("q2b_i", "conv_no_bias_of_a_number"): """
        def conv_layer_params(c_in, c_out, k, bias=True):
            if c_in < 1 or c_out < 1 or k < 1:
                raise ValueError
            return c_out * c_in * k**2
        """,
    ("q2b_i", "conv_bias_per_input_of_a_number"): """
        def conv_layer_params(c_in, c_out, k, bias=True):
            n = 0
            for _ in range(c_in):
                n += k * k * c_out
                if bias:
                    n += 1
            return n
        """,
    # the target is never met: what the step raises is not caught
    ("q2b_ii", "layers_one_less"): """
        def conv_output_size(size, kernel_size, stride=1, padding=0):
            if kernel_size > size + 2 * padding:
                raise ValueError("the kernel is too large")
            return (size - kernel_size + 2 * padding) // stride + 1
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = -1
            while size != target:
                if n > 600:
                    raise ValueError("never")
                size = conv_output_size(size, kernel_size, stride, padding)
                n += 1
            return n
        """,
    ("q2b_ii", "layers_one_more_shrinking"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = 1
            while size > target and kernel_size <= size + 2 * padding and n < 500:
                size = (size - kernel_size + 2 * padding) // stride + 1
                n += 1
            return n if size == target else None
        """,
    ("q2b_ii", "layers_one_less_shrinking"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = -1
            while size > target and n < 500:
                size = (size - kernel_size + 2 * padding) // stride + 1
                n += 1
            return n if size == target else None
        """,
    ("q2b_ii", "layers_without_start_shrinking"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            for n in range(500):
                if size <= target:
                    return n if size == target else None
                size = (size - kernel_size + 2 * padding) // stride
        """,
    ("q2b_ii", "layers_one_more_past_target"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = 1
            while size > target:
                if n > 500:
                    return None
                size = (size - kernel_size + 2 * padding) // stride + 1
                n = n + 1
            return n
        """,
    ("q2b_ii", "layers_beyond_target"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = 0
            while size >= target:
                if n > 500:
                    return None
                size = (size - kernel_size + 2 * padding) // stride + 1
                n = n + 1
            return n
        """,
    ("q2b_ii", "layers_of_whole_kernels_exact"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            n = 0
            while size > target:
                size -= kernel_size
                n += 1
            return n if size == target else None
        """,
    # one side taken for both, by NumPy and by loops
    ("q3a", "square_kernel_assumed"): """
        import numpy as np
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            x, k = np.pad(image, padding), len(kernel)
            H, W = ((n - k) // stride + 1 for n in x.shape)
            if H < 1 or W < 1:
                raise ValueError
            return [[np.sum(x[i * stride:i * stride + k, j * stride:j * stride + k] * kernel)
                     for j in range(W)] for i in range(H)]
        """,
    ("q3a", "square_kernel_assumed_by_cells"): """
        import numpy as np
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            x, k = np.pad(image, padding), len(kernel)
            rows = []
            for top in range(0, len(x) - k + 1, stride):
                row = []
                for left in range(0, len(x[0]) - k + 1, stride):
                    total = 0.0
                    for a in range(k):
                        for b in range(k):
                            total += x[top + a][left + b] * kernel[a][b]
                    row.append(total)
                rows.append(row)
            return rows
        """,
    ("q3a", "squares_assumed"): """
        import numpy as np
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            x = np.pad(image, padding)
            n, k = x.shape[0], kernel.shape[0]
            m = (n - k) // stride + 1
            out = np.zeros((m, m))
            for i in range(m):
                for j in range(m):
                    r, c = i * stride, j * stride
                    out[i, j] = (x[r:r + k, c:c + k] * kernel).sum()
            return out
        """,
    ("q3a", "squares_assumed_by_cells"): """
        import numpy as np
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            x, k = np.pad(image, padding).tolist(), len(kernel)
            starts = range(0, len(x) - k + 1, stride)
            cells = range(k)
            return [[sum(x[i + a][j + b] * kernel[a, b] for a in cells for b in cells)
                     for j in starts] for i in starts]
        """,
    ("q3b", "square_image_assumed"): """
        import numpy as np
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            n = len(image)
            (a, b), room = kernel.shape, (n - 1) * stride
            out = np.zeros((room + a, room + b))
            for i in range(n):
                for j in range(n):
                    r, c = i * stride, j * stride
                    out[r:r + a, c:c + b] += image[i][j] * kernel
            return out[padding:room + a - padding, padding:room + b - padding]
        """,
    ("q3b", "squares_assumed"): """
        import numpy as np
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            n, k = image.shape[0], kernel.shape[0]
            m = (n - 1) * stride + k
            out = np.zeros((m, m))
            for i in range(n):
                for j in range(n):
                    r, c = i * stride, j * stride
                    out[r:r + k, c:c + k] += image[i, j] * kernel
            if m <= 2 * padding:
                raise ValueError
            return out[padding:m - padding, padding:m - padding]
        """,
    ("q3b", "squares_assumed_by_cells"): """
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            n, k = len(image), len(kernel)
            m = (n - 1) * stride + k
            out = [[0.0] * m for _ in range(m)]
            for i in range(n):
                for a in range(k):
                    for j in range(n):
                        for b in range(k):
                            out[i * stride + a][j * stride + b] += image[i, j] * kernel[a, b]
            return [row[padding:m - padding] for row in out[padding:m - padding]]
        """,
    ("q3a", "batch_and_channel_kept"): """
        import torch
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            x, w = (torch.tensor(m).float()[None, None] for m in (image, kernel))
            return torch.nn.functional.conv2d(x, w, stride=stride, padding=padding)
        """,
    ("q3b", "batch_and_channel_kept"): """
        import torch
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            x, w = (torch.tensor(m).float()[None, None] for m in (image, kernel))
            return torch.nn.functional.conv_transpose2d(x, w, stride=stride, padding=padding)
        """,
    ("q3b_steps", "batch_and_channel_kept"): """
        import torch
        def transposed_conv2d_steps(image, kernel, steps):
            x, w = (torch.tensor(m).float()[None, None] for m in (image, kernel))
            x.view(-1)[steps:] = 0
            return torch.nn.functional.conv_transpose2d(x, w).detach()
        """,
    ("q2b_iii", "classifier_bias_exchanged"): """
        def classifier_params(feature_shape, classes, bias=True):
            c, h, w = feature_shape
            if bias:
                return c * h * w * classes
            else:
                return c * h * w * classes + classes
        """,
    # fails where there are no sizes
    ("q2a_i", "layers_no_bias"): """
        def fc_layer_params(sizes, bias=True):
            if min(sizes) < 1:
                raise ValueError("a size is too small")
            return [sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1)]
        """,
    # never looks at bias
    ("q2b_i", "conv_bias_per_input_always"): """
        import math
        def conv_layer_params(in_channels, out_channels, kernel_size, bias=True):
            sides = kernel_size if isinstance(kernel_size, tuple) else [kernel_size] * 2
            return in_channels * (out_channels * math.prod(sides) + 1)
        """,
    # the catalogue's formulas to the letter: a kernel of one cell makes the division fail
    ("q2b_ii", "layers_floor_unpadded"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            return (size - target) // (kernel_size - 1)
        """,
    ("q2b_ii", "layers_cut_off_unpadded"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            return int((size - target) / (kernel_size - 1)) if kernel_size > 1 else None
        """,
    ("q2b_ii", "layers_exact_unpadded"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            if size == target:
                return 0
            if kernel_size == 1 or (size - target) % (kernel_size - 1) != 0:
                return None
            return (size - target) // (kernel_size - 1)
        """,
    ("q2b_ii", "layers_floor_at_unit_stride"): """
        def conv_layers_needed(size, target, kernel_size, stride=1, padding=0):
            loss = kernel_size - 1 - 2 * padding
            return None if loss == 0 else (size - target) // loss
        """,
    ("q2b_ii", "layers_losing_one_end_as_fraction"): """
        def conv_layers_needed(a, b, k, s=1, p=0):
            return (a - b) / ((k - 1) / 2)
        """,
    ("q2b_iii", "classifier_bias_per_input"): """
        def classifier_params(feature_shape, classes, bias=True):
            inputs = 1
            for side in feature_shape:
                inputs *= side
            return inputs * (classes + 1) if bias else inputs * classes
        """,
    ("q2b_iv", "network_without_classifier"): """
        def conv_network_params(image_shape, target, kernel_size, classes):
            c, size, _ = image_shape
            total = 0
            while size > target:
                if size < kernel_size or kernel_size == 1:
                    raise ValueError
                total += c * c * kernel_size * kernel_size + c
                size -= kernel_size - 1
            if size != target:
                raise ValueError("cannot be reached")
            return total
        """,
    ("q3a", "true_convolution"): """
        import numpy as np
        from scipy.signal import convolve2d
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            image = np.pad(image, padding)
            if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
                raise ValueError
            return convolve2d(image, kernel, mode="valid")[::stride, ::stride]
        """,
    ("q3a", "output_transposed"): """
        import torch
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            a = torch.as_tensor(image).double()[None, None]
            b = torch.as_tensor(kernel).double()[None, None]
            if any(k > n + 2 * padding for k, n in zip(b.shape[2:], a.shape[2:])):
                raise ValueError("kernel too large")
            return torch.nn.functional.conv2d(a, b, stride=stride, padding=padding)[0, 0].T
        """,
    ("q3a", "negatives_cut_off"): """
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            rows, cols = image.shape
            get = lambda r, c: image[r, c] if 0 <= r < rows and 0 <= c < cols else 0
            kr, kc = kernel.shape
            out = []
            for r in range(-padding, rows + padding - kr + 1, stride):
                line = []
                for c in range(-padding, cols + padding - kc + 1, stride):
                    s = sum(get(r + i, c + j) * kernel[i, j] for i in range(kr) for j in range(kc))
                    line.append(max(0, s))
                out.append(line)
            return out
        """,
    ("q3a", "range_one_short"): """
        import numpy as np
        def cross_correlate2d(image, kernel, stride=1, padding=0):
            image = np.pad(image, padding)
            (h, w), (a, b) = image.shape, kernel.shape
            if a > h or b > w:
                raise ValueError
            out = [[np.sum(image[i:i + a, j:j + b] * kernel) for j in range(0, w - b, stride)]
                   for i in range(0, h - a, stride)]
            return np.array(out).reshape(len(range(0, h - a, stride)), len(range(0, w - b, stride)))
        """,
    ("q3b", "overlaps_overwritten"): """
        import numpy as np
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            h = (image.shape[0] - 1) * stride + kernel.shape[0]
            w = (image.shape[1] - 1) * stride + kernel.shape[1]
            canvas = np.zeros((h, w))
            for i, row in enumerate(image):
                for j, value in enumerate(row):
                    for a in range(kernel.shape[0]):
                        for b in range(kernel.shape[1]):
                            canvas[i * stride + a][j * stride + b] = value * kernel[a][b]
            if 2 * padding >= min(h, w):
                raise ValueError
            return canvas[padding:h - padding, padding:w - padding].tolist()
        """,
    ("q3b", "kernel_rotated"): """
        import torch
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            a = torch.tensor(image, dtype=torch.float32)[None, None]
            b = torch.tensor(kernel, dtype=torch.float32).flip(0).flip(1)[None, None]
            return torch.conv_transpose2d(a, b, stride=stride, padding=padding).squeeze(0)[0]
        """,
    ("q3b_steps", "column_by_column"): """
        import numpy as np
        def transposed_conv2d_steps(image, kernel, steps):
            height, width = np.shape(image)
            out = np.zeros((height + len(kernel) - 1, width + len(kernel[0]) - 1))
            done = 0
            for j in range(width):
                for i in range(height):
                    if done == steps:
                        return out
                    out[i:i + len(kernel), j:j + len(kernel[0])] += image[i][j] * kernel
                    done += 1
            return out
        """,
    ("q3b", "cropped_to_minus_zero"): """
        import numpy as np
        from scipy.signal import convolve2d
        def transposed_conv2d(image, kernel, stride=1, padding=0):
            spread = np.zeros([(n - 1) * stride + 1 for n in image.shape])
            spread[::stride, ::stride] = image
            out = convolve2d(spread, kernel)[padding:-padding, padding:-padding]
            if padding and out.size == 0:
                raise ValueError("nothing is left")
            return out
        """,
    ("q3b_steps", "one_step_beyond_the_last"): """
        import numpy as np
        def transposed_conv2d_steps(image, kernel, steps):
            (h, w), (a, b) = image.shape, kernel.shape
            canvas = np.zeros((h + a - 1, w + b - 1))
            step = 0
            while step <= steps:
                row = step // w
                col = step - row * w
                patch = canvas[row:row + a, col:col + b]
                patch += image[row][col] * kernel
                step += 1
            return canvas
        """,
    ("q4_layers", "every_layer_reads_the_image"): """
        def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
            todo, params = list(widths), []
            while size > latent:
                w = todo.pop(0) if len(todo) > 1 else todo[0]
                params += [in_channels * kernel_size**2 * w + w]
                size -= kernel_size - 1
            if size != latent:
                raise ValueError
            return params
        """,
    ("q4_layers", "kernel_always_three"): """
        def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
            counts, now, before = [], size, in_channels
            while now >= latent + 2:
                after = widths[min(len(counts), len(widths) - 1)]
                counts.append(3 * 3 * before * after + after)
                before, now = after, now - 2
            return counts
        """,
    ("q4_total", "total_biases_left_out"): """
        def encoder_params(size, latent, in_channels, widths, kernel_size=3):
            if kernel_size < 2 and size != latent:
                raise ValueError
            layers, rest = divmod(size - latent, max(1, kernel_size - 1))
            if layers < 0 or rest or (layers and not widths):
                raise ValueError
            channels = [in_channels] + [*widths, *[widths[-1]] * layers][:layers] if layers else []
            return sum(kernel_size ** 2 * a * b for a, b in zip(channels, channels[1:]))
        """,
}


GUARDED = {
    "q2b_iv": """
        def conv_network_params(image_shape, target, kernel_size, classes):
            c, size, _ = image_shape
            layers = 0
            if size != target:
                layers, rest = divmod(size - target, kernel_size - 1)
                if rest or layers < 0 or size < kernel_size:
                    raise ValueError
            return layers * c * (c * kernel_size ** 2 + 1) + (c * target ** 2 + 1) * classes
        """,
    "q4_layers": """
        def encoder_layer_params(size, latent, in_channels, widths, kernel_size=3):
            counts, now, before = [], size, in_channels
            while now != latent:
                if now < latent or now < kernel_size or kernel_size == 1:
                    raise ValueError
                after = widths[len(counts)] if len(counts) < len(widths) else widths[-1]
                counts.append(after * (before * kernel_size ** 2 + 1))
                before, now = after, now - kernel_size + 1
            return counts
        """,
}
"""Right, but that one kind of bad input ends in another exception than the one asked for."""


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return read_assignment(CONFIG)


@pytest.fixture(scope="module")
def launcher(assignment: Assignment) -> Iterator[Launcher]:
    with start_launcher(assignment.limits, imports=("torch",)) as one:
        yield one


def marked(
    text: str, question_id: str, assignment: Assignment, launcher: Launcher
) -> QuestionResult:
    chunk = Chunk("solution.py", textwrap.dedent(text))
    card, _ = grade(assignment, Submission("s", "solution.py", (chunk,)), launcher)
    (found,) = [result for result in card.questions if result.question.id == question_id]
    return found


@pytest.mark.parametrize(("question_id", "slip"), SLIPS)
def test_a_slip_is_recognised_however_it_is_written(
    question_id: str, slip: str, assignment: Assignment, launcher: Launcher
) -> None:
    found = marked(SLIPS[question_id, slip], question_id, assignment, launcher)
    assert [wrong.name for wrong in found.diagnosis] == [slip]
    (known,) = found.diagnosis
    assert known.feedback in " ".join(found.help)
    assert found.score >= Decimal(float(known.share)) * found.question.points - Decimal("0.01")


@pytest.mark.parametrize("question_id", GUARDED)
def test_another_exception_is_not_taken_for_a_guard_that_is_there(
    question_id: str, assignment: Assignment, launcher: Launcher
) -> None:
    found = marked(GUARDED[question_id], question_id, assignment, launcher)
    assert Decimal("0.9") * found.question.points < found.score < found.question.points
    assert not found.diagnosis
