# tries: helpers whose names collide with what the sandbox itself writes
# must: be placed, or be said not to be
# builder: true


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    (made / "solution.py").write_text(HONEST)
    (made / "a").mkdir()
    (made / "a" / "b").write_text("x")
    for name in ("canary", "worker-1", "solution", "mine.txt", "x" * 250):
        (made / name).write_text("y")
    return made
