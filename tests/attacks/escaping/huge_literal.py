# tries: literals that are as large as a source may be
# must: be read, or cost their own statement only
# builder: true
# time: 15


def build(folder):
    made = folder / "solution.py"
    made.write_text(
        "a = [" + "1," * 40_000 + "]\n"
        + "b = " + "9" * 100_000 + "\n"
        + "c = '" + "x" * 200_000 + "'\n"
        + "d = 1" + " + 1" * 10_000 + "\n" + HONEST
    )
    return made
