# tries: names of control characters, newlines, escapes and other reading directions
# must: be left out, or be shown without them
# builder: true
# sees: {remarks: "read �yp.noitulos.py"}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    for name in ("\x1b[2Jsolution.py", "solution.py\n.py", "\u202eyp.noitulos.py", "<script>.csv", "a\tb.py", "\x7f.py"):
        (made / name).write_text(HONEST)
    return made
