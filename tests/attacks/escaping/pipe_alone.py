# tries: hand in a pipe, not a folder that holds one
# must: not be opened
# builder: true
# keeps: []
# sees: {remarks: "not an ordinary file"}
import os


def build(folder):
    made = folder / "solution.py"
    os.mkfifo(made)
    return made
