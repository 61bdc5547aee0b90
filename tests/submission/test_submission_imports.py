"""What a launcher imports ahead, guessed from the text of a submission."""

from __future__ import annotations

import time

import pytest

from grader.model import Chunk, Submission
from grader.submission import imports_of


def one(text: str, helpers: dict[str, bytes] | None = None) -> Submission:
    return Submission("one", "solution.py", (Chunk("solution.py", text),), helpers or {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import torch", True),
        ("import numpy as np, torch.nn as nn", True),
        ("try:\n    from torch import nn\nexcept ImportError: pass", True),
        ("from  torch.nn import functional", True),
        ("m = importlib.import_module('torch')", True),
        ('"""As in torch.nn."""', False),
        ("# a torch tensor will do\nimport numpy", False),
        ("import torchlike", True),  # it errs towards yes
        ("", False),
    ],
)
def test_what_may_import_torch_is_guessed(text: str, expected: bool) -> None:
    torch = ("torch",) if expected else ()
    assert imports_of(one(text)) == torch
    helpers = {"layers.py": text.encode(), "notes.txt": b"import torch"}
    assert imports_of(one("", helpers)) == torch


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import scipy", ["scipy"]),
        ("import numpy as np, scipy.stats as st", ["scipy.stats"]),
        ("from scipy import stats", ["scipy", "scipy.stats"]),
        ("from scipy.stats import norm, t", ["scipy.stats"]),
        ("from scipy import (\n  stats,  # a\n  fft,\n)", ["scipy", "scipy.fft", "scipy.stats"]),
        ("def f():\n    import scipy.fft; import scipy.stats", ["scipy.fft", "scipy.stats"]),
        ("try:\n\tfrom scipy.special import erf\nexcept ImportError: pass", ["scipy.special"]),
        ("from scipy import *", ["scipy"]),
        ("from scipy.nowhere import f\nimport scipy.stats.nowhere.g", []),
        ("import scipy.__config__, scipy._lib\nfrom scipy._lib import doccer", []),
        ("from .scipy import stats\nfrom . import scipy", []),
        ("# import scipy\nimport scipyx, numpy.testing, json.tool, reference, grader.cli", []),
        ("import torch.nn\nfrom scipy import stats", ["torch", "scipy", "scipy.stats"]),
    ],
)  # fmt: skip
def test_packages_are_imported_ahead(text: str, expected: list[str]) -> None:
    assert imports_of(one(text)) == tuple(expected)
    helpers = {"layers.py": text.encode(), "layers.txt": b"import scipy.fft"}
    assert imports_of(one("import layers", helpers)) == tuple(expected)


@pytest.mark.parametrize(
    ("line", "is_early"),
    [
        ("matplotlib.use('TkAgg')", False),
        ("os.environ['JAX_ENABLE_X64'] = '1'", False),
        ("os.putenv('A', 'b')", False),
        ("plt.style.use('ggplot')", True),
        ("user(environment)", True),
    ],
)
def test_what_a_package_looks_at_when_it_is_imported_may_be_set_before(
    line: str, *, is_early: bool
) -> None:
    text = f"import torch, os\n{line}\nimport scipy.stats"
    assert imports_of(one(text)) == ("torch", *["scipy.stats"] * is_early)


def test_a_students_own_module_stands_before_a_package_of_its_name() -> None:
    assert imports_of(one("import scipy.stats")) == ("scipy.stats",)
    for name in ("scipy.py", "scipy/stats.py", "msgspec.py", "yaml/loader.py"):
        assert imports_of(one("import scipy.stats", {name: b""})) == ()
    for name in ("lib/yaml.py", "src/scipy/stats.py"):  # sys.path.insert(0, "lib")
        assert imports_of(one("import scipy.stats", {name: b""})) == ()
    helpers = {"layers.py": b"", "data.csv": b"", "__pycache__/layers.cpython-311.pyc": b""}
    assert imports_of(one("import scipy.stats", helpers)) == ("scipy.stats",)
    for name in ("torch.py", "torch/nn.py"):
        assert imports_of(one("import torch, scipy.stats", {name: b""})) == ()
    assert imports_of(one("import torch", {"backends/torch.py": b""})) == ("torch",)


def test_a_file_of_imports_has_few_of_them_imported_ahead() -> None:
    text = "\n".join(f"import scipy.no{number}" for number in range(100_000))
    started_s = time.thread_time()
    assert imports_of(one(text)) == ()
    assert time.thread_time() - started_s < 2.0
    names = "cluster constants fft integrate interpolate io linalg misc ndimage odr optimize signal"
    names += " sparse spatial special stats linalg.blas linalg.lapack sparse.linalg sparse.csgraph"
    names += " spatial.distance io.wavfile io.matlab"
    text = "".join(f"import scipy.{name}\n" for name in names.split())
    assert len(imports_of(one(text))) == 20


@pytest.mark.parametrize(
    "line", ["import ", "from scipy import (", "from scipy", "; import ", "import scipy,", " " * 7]
)
def test_imports_without_end_cost_no_more_than_other_text(line: str) -> None:
    """A file of 2 MB could keep the grader itself busy for hours, before anything of it ran."""

    def seconds(text: str) -> float:
        started_s = time.thread_time()
        for _ in range(3):
            imports_of(one(f"# xtorch scipy\n{text}"))
        return time.thread_time() - started_s

    for end in ("", "\n"):
        short, long = ((line + end) * (count // len(line)) for count in (20_000, 200_000))
        assert seconds(long) < 50 * max(seconds(short), 0.001)


def test_a_long_name_of_a_package_is_not_written_out_for_each_member() -> None:
    text = f"# scipy\nfrom {'x' * 400_000} import {'a,' * 200_000}"
    started_s = time.thread_time()
    assert imports_of(one(text)) == ()
    assert imports_of(one(text.replace("from x", "from scipy.x"))) == ()
    assert time.thread_time() - started_s < 2.0
