# tries: a notebook whose parts are of wrong types, doubled, and of broken text
# must: be refused, with the cell that is damaged
# builder: true
# keeps: []
# sees: {remarks: "is damaged"}


def build(folder):
    made = folder / "solution.ipynb"
    import json

    honest = json.dumps(HONEST)
    made.write_text(
        '{"nbformat": 4, "metadata": null, "cells": [null, 7, [], {"cell_type": "code"}, '
        '{"cell_type": "code", "source": 5}, {"cell_type": "code", "source": ["x = \\ud800", "\\u0000"]},'
        '{"cell_type": ["code"], "source": "raise SystemExit"},'
        '{"cell_type": "code", "source": "1 / 0", "source": ' + honest + "}]}"
    )
    return made
