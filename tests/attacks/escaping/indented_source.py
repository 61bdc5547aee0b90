# tries: blocks within blocks, as deep as a line can be indented
# must: cost its own statement only
# builder: true
# time: 15


def build(folder):
    made = folder / "solution.py"
    deep = "".join(" " * level + "if 1:\n" for level in range(200)) + " " * 200 + "pass\n"
    made.write_text(deep + HONEST)
    return made
