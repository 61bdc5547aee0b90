# tries: names that are no text in any encoding
# must: be left out and said
# builder: true
import os


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(HONEST)
    for name in (b"\xff\xfe.py", b"a\xc3.py", b"\xed\xa0\x80.csv"):
        with open(os.path.join(os.fsencode(made), name), "w") as file:
            file.write("x = 1")
    return made
