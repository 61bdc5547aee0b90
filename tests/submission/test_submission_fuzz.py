"""Whatever bytes are handed in, there is a Submission: bounded, sendable and in one piece."""

from __future__ import annotations

import json
import pickle
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from handing_in import SOLUTION, folder, notebook_text, zip_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.model import Submission
from grader.submission import find_submissions, read_handed, read_submission
from grader.submission.metadata import read_metadata
from grader.submission.naming import plain_path, safe_id
from grader.submission.notebook import MAX_NOTEBOOK, read_notebook
from grader.submission.reading import MAX_HELPER_BYTES, MAX_HELPERS
from grader.submission.tree import Refused

# A machine that is busy with other tests is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = ["solution.py", "solution.ipynb", "a.py", "data/x.csv", "hw/solution.py", "../x", "a.zip"]
NOTEBOOK = notebook_text("%time x = 1\n!ls", "%%bash\nls", "def f():\n    return 2").encode()
METADATA = b"""---
submission_1:
  :submitters:
  - :name: "A \\u00EB"
    :sid: '1'
    :email: a@example.edu
  :created_at: 2023-12-01 05:25:21.716840000 Z
  :results: {output: x}
submission_2:
  :submitters: []
"""
PACKED = zip_bytes({"solution.py": SOLUTION, "hw/a.py": "1", "a.csv": b"\0" * 3000, "e/": ""})
PACKED_CLASS = zip_bytes(
    {"submission_metadata.yml": METADATA, "submission_1/solution.py": SOLUTION}
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with a few of them changed, cut out or put in, and perhaps the end cut off."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[at : at + length] = draw(st.binary(max_size=8))
    return bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)


@contextmanager
def written(name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_bytes(content)
        yield path


def assert_sound(submission: Submission) -> None:
    assert (submission.problem is None) or not submission.chunks
    assert len(submission.digest) == 64
    for text in (submission.filename, submission.problem or "", *submission.remarks):
        assert text.isprintable() or "\u200c" in text or "\u200d" in text
        assert len(text) < 1000
    for chunk in submission.chunks:
        assert (chunk.label + chunk.text).encode() is not None
        assert not {"\0", "\r"} & set(chunk.text)
    assert len(submission.helpers) <= MAX_HELPERS
    assert sum(map(len, submission.helpers.values())) <= MAX_HELPER_BYTES
    for name in submission.helpers:
        assert plain_path(name.split("/")) == name
    assert pickle.loads(pickle.dumps(submission)) == submission


@given(st.binary(max_size=400) | damaged(PACKED) | damaged(PACKED_CLASS))
@PATIENT
def test_any_bytes_called_a_zip_make_a_submission_and_a_class(content: bytes) -> None:
    with written("handed in.zip", content) as path:
        assert_sound(read_submission(path, expected_name="solution.py"))
        class_ = find_submissions([path], expected_name="solution.py")
        assert class_
        for handed in class_:
            assert handed.id == safe_id(handed.id)
            assert_sound(read_handed(handed, expected_name="solution.py"))


@given(st.binary(max_size=400) | damaged(NOTEBOOK))
@PATIENT
def test_any_bytes_called_a_notebook_make_a_submission(content: bytes) -> None:
    with written("solution.ipynb", content) as path:
        assert_sound(read_submission(path, expected_name="solution.py"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "input", "worksheets", "metadata", "x"]
            ),
            inner | st.sampled_from(["code", "markdown", ["%a\n", "b"]]),
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.fixed_dictionaries({"cells": JSON, "metadata": JSON}, optional={"worksheets": JSON}))
@PATIENT
def test_any_json_called_a_notebook_makes_a_submission(notebook: dict[str, Any]) -> None:
    with written("solution.ipynb", json.dumps(notebook).encode()) as path:
        assert_sound(read_submission(path, expected_name="solution.py"))


@given(st.binary(max_size=400) | damaged(METADATA))
@PATIENT
def test_any_bytes_called_metadata_give_entries_of_bounded_text(content: bytes) -> None:
    for name, entry in read_metadata(content).items():
        assert isinstance(name, str)
        for person in entry.submitters:
            assert all(len(part) <= 200 for part in (person.name, person.sid, person.email))


@given(
    st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=50) | st.just(PACKED), max_size=5)
)
@PATIENT
def test_any_files_make_a_submission_and_a_class(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        inside = {name: content for name, content in files.items() if not name.startswith("..")}
        root = folder(Path(place) / "root", inside)
        packed = Path(place) / "packed.zip"
        packed.write_bytes(zip_bytes(files))
        for path in (root, packed):
            assert_sound(read_submission(path, expected_name="solution.py"))
            class_ = find_submissions([path], expected_name="solution.py")
            assert len({handed.id.casefold() for handed in class_}) == len(class_) > 0
            for handed in class_:
                assert_sound(read_handed(handed, expected_name="solution.py"))


@pytest.mark.parametrize(
    ("start", "piece", "end"),
    [
        (b'{"cells": [', b"[],", b"1]}"),
        (b'{"cells": [', b"{},", b"{}]}"),
        (b'{"cells": [', b'{"cell_type":""},', b'{"cell_type":""}]}'),
        (b'{"cells": [', b'{"cell_type":"code"},', b'{"cell_type":""}]}'),
        (b'{"worksheets": [', b'{"cells":[]},', b'{"cells":[]}]}'),
        (b'{"cells": [{"cell_type": "code", "source": [', b'"ab",', b'""]}]}'),
        (b'{"cells": [], "x": [', b"{},", b"1]}"),
        (b'{"cells": [], "x": ', b"9", b"}"),
        (b'{"cells": [], "x": "', rb"\ud800", b'"}'),
        (b'{"cells": [], "x": "', b"\\", b'"'),
    ],
)
def test_a_hostile_notebook_takes_memory_and_time_of_the_order_of_its_size(
    start: bytes, piece: bytes, end: bytes
) -> None:
    content = start + piece * ((MAX_NOTEBOOK // 5) // len(piece)) + end
    began = time.process_time()
    tracemalloc.start()
    try:
        with suppress(Refused):
            read_notebook(content, name="solution.ipynb")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * len(content)
    assert time.process_time() - began < 20
