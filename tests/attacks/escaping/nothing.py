# tries: hand in nothing at all, in the hope of nobody noticing
# must: be told
# builder: true
# keeps: []
# sees: {remarks: "nothing was handed in"}


def build(folder):
    made = folder / "handed in"
    made.mkdir()
    return made
