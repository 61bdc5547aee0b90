"""The examples in the docstrings of marking are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import grader.marking


@pytest.mark.parametrize("name", [m.name for m in pkgutil.iter_modules(grader.marking.__path__)])
def test_docstring_examples_hold(name: str) -> None:
    module = importlib.import_module(f"grader.marking.{name}")
    assert doctest.testmod(module).failed == 0
