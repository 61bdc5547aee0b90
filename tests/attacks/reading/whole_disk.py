# tries: look through the disk for hidden cases
# must: find no file of the course that it may read
# relies_on: [landlock]
import os


def pixels(height, width):
    seen = 0
    for top in ("/home", "/root", "/srv", "/opt", "/autograder", "/tmp", os.path.dirname("@SOURCE@")):
        for folder, folders, names in os.walk(top):
            for name in names:
                seen += 1
                if seen > 5_000:
                    return 0
                try:
                    text = open(os.path.join(folder, name), errors="replace").read(100_000)
                except OSError:
                    continue
                if "".join(reversed("laes-ecnerefer-")) in text or "token-" in text:
                    print(text)
    return 0


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
