# tries: a source of many megabytes
# must: be refused by size
# builder: true
# keeps: []
# sees: {remarks: "larger than"}


def build(folder):
    made = folder / "solution.py"
    made.write_text("x = 1\n" * (1 << 20) + HONEST)
    return made
