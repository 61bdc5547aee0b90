# tries: use torch with many threads, and take memory by it
# must: be stopped at a limit
# needs: [torch]
# sees: {blurred: "out of memory|raised"}
# time: 12
import torch


def pixels(height, width):
    torch.set_num_threads(32)
    return int((torch.ones(500, 500) @ torch.ones(500, 500))[0, 0])


def blurred(image):
    taken = []
    while True:
        taken.append(torch.ones(1 << 20))


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
