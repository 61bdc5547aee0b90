# tries: a notebook whose magics run programs, change the interpreter and read files
# must: be left out, or do nothing
# builder: true
import json


def build(folder):
    made = folder / "solution.ipynb"
    cells = [
        "!touch /tmp/@MARK@",
        "%%bash\ntouch /tmp/@MARK@",
        "%run @SECRET@",
        "%%writefile /tmp/@MARK@\nx",
        "files = !cat @SECRET@\nprint(files)",
        "get_ipython().system('touch /tmp/@MARK@')\nget_ipython().run_line_magic('run', 'x')",
        "%load_ext evil\n%cd /\n%env X=1",
        "%%javascript\nalert(1)",
        "?open\nopen??",
        HONEST,
    ]
    made.write_text(json.dumps({
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": text} for text in cells],
    }))  # fmt: skip
    return made
