# tries: folders within folders, deeper than a path can be long
# must: be left out, or be refused
# builder: true
# time: 15
import os


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(HONEST)
    before = os.open(".", os.O_RDONLY)
    os.chdir(made)
    try:
        for _ in range(100):
            os.mkdir("a" * 100)
            os.chdir("a" * 100)
    finally:
        os.fchdir(before)
        os.close(before)
    return made
