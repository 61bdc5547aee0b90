# tries: return what has to be awaited, and never ends when it is
# must: be a value, or be stopped by the clock
# sees: {pixels: "observed 7", caption: "no answer within|async_generator"}
# time: 8
import asyncio


async def pixels(height, width):
    return 7


async def caption(text):
    await asyncio.sleep(3600)
    return "A cat"


async def blurred(image):
    yield [[3.0]]


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
