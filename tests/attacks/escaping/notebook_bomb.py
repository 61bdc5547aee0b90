# tries: a notebook of forty megabytes of pictures, and of text beside its cells
# must: be read in memory of that order
# builder: true
# time: 15
import json


def build(folder):
    made = folder / "solution.ipynb"
    outputs = [{"output_type": "display_data", "data": {"image/png": "A" * (20 << 20)}}]
    made.write_text(json.dumps({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {"x": ["A" * (20 << 20)]},
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": outputs, "source": HONEST}],
    }))  # fmt: skip
    return made
