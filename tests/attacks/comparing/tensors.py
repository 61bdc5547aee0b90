# tries: return tensors of strange kinds: sparse, without data, quantized, of another precision
# must: be read as numbers, or be refused
# needs: [torch]
# sees: {pixels: "observed|array", blurred: "without data"}
import torch


def pixels(height, width):
    return torch.sparse_coo_tensor([[0], [1]], [7], (3, 4))


def blurred(image):
    return torch.empty(len(image) - 1, len(image[0]) - 1, device="meta")


def layer_table(sizes):
    return {
        "weights": torch.tensor([12.0, 6.0], dtype=torch.bfloat16, requires_grad=True) * 1.01,
        "biases": torch.tensor([3 + 0j, 2], dtype=torch.complex64).conj(),
        "total": torch.tensor(float("nan")),
    }


def caption(text):
    return torch.tensor([[1, 2]]).expand(10**9, 2)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
