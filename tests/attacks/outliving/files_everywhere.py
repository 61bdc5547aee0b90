# tries: leave files wherever anybody may write
# must: leave none
# relies_on: [landlock]
import os

PLACES = (
    "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", "/run/user", "/var/crash",
    "/var/lib/php/sessions", os.path.expanduser("~"), "..", "../..", "/", "/var/spool/cron",
)  # fmt: skip


def pixels(height, width):
    for place in PLACES:
        for make in (
            lambda path: open(path, "w").close(),
            lambda path: os.mkdir(path + "-folder"),
            lambda path: os.symlink("/etc/passwd", path + "-link"),
            lambda path: os.mkfifo(path + "-pipe"),
            lambda path: os.mknod(path + "-node"),
        ):
            try:
                make(os.path.join(place, "@MARK@"))
            except OSError as error:
                print(error)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
