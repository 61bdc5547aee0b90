"""Makers of what students hand in: folders, zips and notebooks."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Content = str | bytes

SOLUTION = "def answer():\n    return 42\n"


def as_bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def folder(root: Path, files: Mapping[str, Content]) -> Path:
    """Write files below a folder; a name that ends in "/" is an empty folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = root / name
        if name.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(as_bytes(content))
    return root


def zip_bytes(files: Mapping[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, as_bytes(content))
    return buffer.getvalue()


def zip_with(*entries: tuple[zipfile.ZipInfo | str, Content]) -> bytes:
    """A zip of a solution and of entries that say odd things of themselves."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("solution.py", SOLUTION)
        for entry, content in entries:
            archive.writestr(entry, as_bytes(content))
    return buffer.getvalue()


def special_entry(name: str, kind: int) -> zipfile.ZipInfo:
    """An entry that is a link, a device or a pipe where links, devices and pipes exist."""
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | stat.S_IRWXU) << 16
    return entry


def notebook_text(*sources: str, **more: Any) -> str:
    """A notebook as Jupyter writes it today, with a code cell for each source."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})
