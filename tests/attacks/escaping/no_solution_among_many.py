# tries: hand in several solutions, in the hope that the better one counts
# must: be told to name one
# builder: true
# keeps: []
# sees: {remarks: "several files may be the solution"}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    for name in ("first.py", "second.py"):
        (made / name).write_text(HONEST)
    return made
