# tries: a notebook of a hundred thousand cells
# must: be refused
# builder: true
# keeps: []
# sees: {remarks: "more code than a notebook"}
import json


def build(folder):
    made = folder / "solution.ipynb"
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}] * 50_000
    made.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return made
