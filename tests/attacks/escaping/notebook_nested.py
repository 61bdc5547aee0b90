# tries: a notebook whose JSON nests without end
# must: be refused with a reason
# builder: true
# keeps: []
# sees: {remarks: "not a notebook"}


def build(folder):
    made = folder / "solution.ipynb"
    made.write_text('{"cells": ' + '[{"a":' * 500_000)
    return made
