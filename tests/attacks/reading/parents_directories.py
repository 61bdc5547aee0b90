# tries: look into the directories of other submissions
# must: be refused
# relies_on: [landlock]
# control: token
import glob
import os


def pixels(height, width):
    print(os.listdir("@NEIGHBOUR_HOME@"))
    print(open("@NEIGHBOUR_HOME@/mine.txt").read())
    return 0


for path in glob.glob("../*/*"):
    if os.path.isfile(path):
        try:
            print(open(path).read())
        except OSError as error:
            print(error)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
