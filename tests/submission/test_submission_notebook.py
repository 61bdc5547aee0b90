"""Notebooks: every format in use, every oddity, and nothing of their outputs."""

from __future__ import annotations

import json
import time
from typing import Any

import nbformat
import pytest
from handing_in import notebook_text
from nbformat import v3

from grader.model import Chunk
from grader.submission.notebook import MAX_NOTEBOOK, is_notebook, read_notebook
from grader.submission.tree import Refused

COUNTED = "the notebook's code cells are counted from 1; its text cells are not read"


def read(content: str | bytes) -> tuple[tuple[Chunk, ...], tuple[str, ...]]:
    content = content if isinstance(content, bytes) else content.encode()
    return read_notebook(content, name="solution.ipynb")


def with_cells(*cells: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def code(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def test_code_cells_become_chunks_in_order_and_are_counted_as_people_do() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Question 1"},
        code("x = 1"),
        {"cell_type": "raw", "source": "raw"},
        code("", execution_count=7),
        code(["def f():\n", "    return 2\n"], execution_count=1),
    ]
    chunks, remarks = read(with_cells(*cells))
    assert chunks == (Chunk("cell 1", "x = 1"), Chunk("cell 3", "def f():\n    return 2\n"))
    assert remarks == (COUNTED,)


def test_what_nbformat_writes_in_version_4_is_read() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("text"), nbformat.v4.new_code_cell("a = 1\nb = 2")]
    )
    assert read(nbformat.writes(notebook))[0] == (Chunk("cell 1", "a = 1\nb = 2"),)


def test_what_nbformat_writes_in_version_3_is_read() -> None:
    cells = [
        v3.new_text_cell("markdown", "text"),
        v3.new_code_cell("a = 1"),
        v3.new_code_cell("b = 2\nc = 3"),
    ]
    sheet = v3.new_worksheet(cells=cells)
    content = v3.writes_json(v3.new_notebook(worksheets=[sheet]))
    assert read(content)[0] == (Chunk("cell 1", "a = 1"), Chunk("cell 2", "b = 2\nc = 3"))


def test_what_colab_adds_is_passed_over() -> None:
    metadata = {
        "colab": {"name": "hw.ipynb", "provenance": [{"file_id": "x"}], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }
    cell = code("#@title Setup\nx = 1", metadata={"id": "a1", "colab": {"height": 3}})
    content = json.dumps(
        {"nbformat": 4, "nbformat_minor": 0, "metadata": metadata, "cells": [cell]}
    )
    assert read(content) == ((Chunk("cell 1", "#@title Setup\nx = 1"),), (COUNTED,))


def test_magics_keep_the_students_lines() -> None:
    chunks, _ = read(notebook_text("%matplotlib inline\n!pip install numpy\nx = 1", "await f()"))
    assert chunks[0].text.split("\n")[2] == "x = 1"
    assert chunks[1].text == "await f()"


def test_a_cell_for_another_language_is_left_out_and_said() -> None:
    chunks, remarks = read(notebook_text("x = 1", "%%bash\nls", "y = 2"))
    assert [chunk.label for chunk in chunks] == ["cell 1", "cell 3"]
    assert remarks == (COUNTED, "cell 2 begins with %%bash and was left out")


@pytest.mark.parametrize(
    "imports", ["import shapes", "x = 1\nfrom lib.shapes import *", "%run shapes.py"]
)
def test_a_cell_that_writes_a_module_which_another_cell_imports_writes_it(imports: str) -> None:
    chunks, remarks = read(notebook_text("%%writefile lib/shapes.py\nx = 1", imports))
    assert "open('lib/shapes.py', 'w'" in chunks[0].text
    assert len(remarks) == 1


@pytest.mark.parametrize("above", [" \n", "%%time\n", "%%capture\n\n"])
def test_what_stands_above_a_cell_magic_that_writes_a_module_is_no_matter(above: str) -> None:
    chunks, _ = read(notebook_text(f"{above}%%writefile shapes.py\nx = 1", "import shapes"))
    assert "open('shapes.py', 'w'" in chunks[0].text


@pytest.mark.parametrize("imports", ["", "from shapesnot import *", "from solution import *"])
def test_a_cell_that_writes_the_solution_is_read_as_code(imports: str) -> None:
    """What nobody imports was written to be handed in, and the solution is this very module."""
    name = "solution.py" if "solution" in imports else "shapes.py"
    chunks, remarks = read(notebook_text(f"%%writefile {name}\nx = 1", imports))
    assert chunks[0].text == f"# %%writefile {name}\nx = 1"
    assert remarks[1] == f"cell 1 writes {name} and was read as code"


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("lines", ["list", "text"])
def test_a_function_in_a_cell_that_is_no_code_is_said(kind: str, lines: str) -> None:
    source = "# as asked\ndef area(a, b):\n    return a * b\n"
    as_list = source.splitlines(keepends=True)
    cell = {**code(as_list if lines == "list" else source), "cell_type": kind}
    chunks, remarks = read(with_cells(cell, code("x = 1")))
    assert [chunk.text for chunk in chunks] == ["x = 1"]
    assert remarks == (COUNTED, "a function stands in a text cell, which does not run: area")


def test_outputs_however_large_and_odd_are_never_looked_at() -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (30 << 20)}}
    numbers = {"output_type": "stream", "text": ["x"] * 1_000_000, "odd": "HUGE"}
    content = with_cells(code("x = 1", outputs=[picture, numbers]))
    start = time.process_time()
    chunks, _ = read(content.replace('"HUGE"', "9" * 100_000))
    assert chunks == (Chunk("cell 1", "x = 1"),)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("x = '\0'", "x = '�'"),
        ("é\u2028ü", "é\u2028ü"),
        ("😀", "😀"),
        ("\\ud800", "\\ud800"),  # an escape that the student wrote stays one
    ],
)
def test_a_cells_text_can_be_sent_and_keeps_its_lines(source: str, text: str) -> None:
    assert read(notebook_text(source))[0] == (Chunk("cell 1", text),)


@pytest.mark.parametrize("half", [r"\ud800", r"\ud800\ud800", r"\udc00", r"a\ud83d b"])
def test_half_a_surrogate_pair_costs_its_own_place_only(half: str) -> None:
    cells = f'{{"cell_type": "code", "source": "x = 1 # {half}", "outputs": ["{half}"]}}'
    chunks, _ = read(f'{{"cells": [{cells}]}}')
    assert chunks[0].text.startswith("x = 1 # ")
    chunks[0].text.encode()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_python_writes_and_json_has_not_cost_nothing(number: str) -> None:
    """nbconvert and papermill leave them in the outputs of a chart; what a cell says stays."""
    source = json.dumps(f'x = "\\\\"  # [{number}, 1]')
    escapes = json.dumps(f'" {number} \\\\" \\\\\\')
    outputs = f'[{{"data": {{"application/json": [{number}, {escapes}, {number}]}}}}]'
    cells = f'{{"cell_type": "code", "source": {source}, "outputs": {outputs}}}'
    chunks, _ = read(f'{{"cells": [{cells}], "metadata": {{"best": {number}}}}}')
    assert chunks == (Chunk("cell 1", f'x = "\\\\"  # [{number}, 1]'),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(encoding: str) -> None:
    assert read(notebook_text("x = 'ü'").encode(encoding))[0] == (Chunk("cell 1", "x = 'ü'"),)


@pytest.mark.parametrize("cell", [code(3), code({"a": 1}), code(["a", 1]), code([["a"]])])
def test_a_damaged_source_is_left_out_and_the_others_are_read(cell: Any) -> None:
    chunks, remarks = read(with_cells(code("x = 1"), cell, code("y = 2")))
    assert chunks == (Chunk("cell 1", "x = 1"), Chunk("cell 3", "y = 2"))
    assert "cell 2 is damaged and was left out" in remarks


@pytest.mark.parametrize(
    "metadata", [None, 3, [], {"kernelspec": 3}, {"language_info": {"name": 1}}]
)
def test_damaged_metadata_costs_nothing(metadata: Any) -> None:
    assert read(notebook_text("x = 1", metadata=metadata))[0] == (Chunk("cell 1", "x = 1"),)


def test_a_notebook_of_another_language_is_read_and_said() -> None:
    metadata = {"kernelspec": {"language": "R", "name": "ir"}}
    _, remarks = read(notebook_text("x <- 1", metadata=metadata))
    assert "the notebook says that its language is R; it was read as Python" in remarks


def test_remarks_on_cells_are_bounded() -> None:
    _, remarks = read(notebook_text(*["%%bash\nls"] * 500))
    assert len(remarks) == 21
    assert remarks[-1] == "and 482 more remarks on its cells"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("x = 1", "if it is Python source, let its name end in .py"),
        ("[]", "if it is Python source, let its name end in .py"),
        ("{}", "it has no cells"),
        ('{"nbformat": 4, "metadata": {}}', "it has no cells"),
        ('{"cells": 3}', "its list of cells is damaged"),
        (with_cells(code("x = 1"), 7), "its cell 2 (of all kinds) is damaged"),
        (with_cells({"cell_type": 1}), "its cell 1 (of all kinds) is damaged"),
        (with_cells({"source": "x = 1"}), "its cell 1 (of all kinds) is damaged"),
        ('{"worksheets": [{}]}', "its list of cells is damaged"),
        (notebook_text("x = 1")[:-5], "cut short"),
        ('{"cells": [],\n "metadata": {]}', "its JSON breaks at line 2, column 15"),
        ('{"cells": [{"x": ' + "[" * 1_000_000, "it nests too deeply"),
        ('{"x": ' + '{"a":' * 1_000_000, "it nests too deeply"),
        (b"PK\x03\x04", "it looks like a zip archive"),
        (b"\xff\xff\xff", "if it is Python source"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(content: str | bytes, problem: str) -> None:
    with pytest.raises(Refused, match="is not a notebook") as refusal:
        read(content)
    assert problem in str(refusal.value)
    assert not is_notebook(content if isinstance(content, bytes) else content.encode())


def test_a_notebook_above_its_bounds_is_refused() -> None:
    with pytest.raises(Refused, match="larger than 50 MB; clear its outputs"):
        read(b" " * (MAX_NOTEBOOK + 1))
    with pytest.raises(Refused, match="holds more code than a notebook does"):
        read(notebook_text("#" * (3 << 20)))
    with pytest.raises(Refused, match="holds more code than a notebook does"):
        read(notebook_text(*["x"] * 6000))
