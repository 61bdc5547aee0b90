# tries: start processes by every module that can
# must: be refused
# relies_on: [seccomp]
# time: 15
import concurrent.futures
import multiprocessing
import os
import pty
import subprocess


def work(number):
    while True:
        pass


def pixels(height, width):
    for attempt in (
        lambda: multiprocessing.Process(target=work, args=(1,)).start(),
        lambda: multiprocessing.get_context("spawn").Process(target=work, args=(1,)).start(),
        lambda: concurrent.futures.ProcessPoolExecutor(4).submit(work, 1),
        lambda: subprocess.Popen(["yes"]),
        lambda: pty.fork(),
        lambda: os.forkpty(),
    ):
        try:
            attempt()
        except (OSError, ImportError) as error:
            print(error)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
