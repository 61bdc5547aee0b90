# tries: keep an event loop busy with tasks that make tasks
# must: be stopped by the clock or by the limit of memory
# sees: {pixels: "no answer within|out of memory"}
# time: 10
import asyncio


async def task():
    while True:
        asyncio.ensure_future(task())
        await asyncio.sleep(0)


async def pixels(height, width):
    await task()


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
