"""Guesses from its text whether a submission needs torch, which takes seconds to import."""

from __future__ import annotations

import re

from grader.model import Submission

_IMPORT = re.compile(r"\bimport\b")
_TORCH = re.compile(r"\btorch")
_NAMES_TORCH = re.compile(r"""(?:\bfrom\s+|["'])torch""")


def mentions_torch(submission: Submission) -> bool:
    """Decides whether the source may import torch: a guess that errs towards yes.

    A docstring that only speaks of torch does not count.
    """
    texts = [chunk.text for chunk in submission.chunks]
    texts += [
        content.decode("utf-8", "replace")
        for name, content in submission.helpers.items()
        if name.endswith(".py")
    ]
    return any("torch" in text and _may_import_torch(text) for text in texts)


def _may_import_torch(text: str) -> bool:
    """Whether a line has "torch" after "import", or the text names it in another way.

    In one expression this would take time by the square of a line's imports.
    """
    if _NAMES_TORCH.search(text):
        return True
    lines = (line for line in text.split("\n") if "torch" in line)
    return any(
        (first := _IMPORT.search(line)) and _TORCH.search(line, first.end()) for line in lines
    )
