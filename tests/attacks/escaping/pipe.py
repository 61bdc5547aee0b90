# tries: a pipe that is called solution.py, and would be waited for without end
# must: not be opened
# builder: true
# keeps: []
import os


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    os.mkfifo(made / "solution.py")
    return made
