# tries: return a sparse tensor that is terabytes when it is written out
# must: be refused, or be out of memory
# needs: [torch]
# time: 12
import torch


def pixels(height, width):
    return torch.sparse_coo_tensor([[0], [0]], [1.0], (10**6, 10**6))


def blurred(image):
    return torch.zeros(1).expand(10**11)


def caption(text):
    return [torch.ones(1000, 1000) for _ in range(100)]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
