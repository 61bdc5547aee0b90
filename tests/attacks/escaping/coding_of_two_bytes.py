# tries: a file in an encoding of two bytes, with marks that contradict each other
# must: be read, or be refused with a reason
# builder: true
# sees: {remarks: "UTF-16"}


def build(folder):
    made = folder / "solution.py"
    made.write_bytes(("# coding: latin-1\n" + HONEST).encode("utf-16"))
    return made
