"""Numbers that are spelt as YAML does not are found out, and how to write them is told."""

from __future__ import annotations

import math

import pytest

from grader.assignment.spelt import spelt


@pytest.mark.parametrize(
    ("written", "meant", "remedy"),
    [
        ("inf", math.inf, "write .inf: YAML reads inf as text"),
        ("-np.inf", -math.inf, "write -.inf: YAML reads -np.inf as text"),
        ("None", None, "write null: YAML reads None as text"),
        ("yes", True, "write true: YAML reads yes as text"),
        (["No"], [False], "write false: YAML reads No as text"),
        ("1e-6", 1e-6, "write 1e-6 without quotes: it is text"),
        ("1 + 2j", 1 + 2j, "YAML reads 1 + 2j as text, as it has no complex numbers: use"),
        ({"a": [0, ["Inf"]]}, {"a": [0, [math.inf]]}, "write .inf: YAML reads Inf as text"),
        ("none of them", "none of them", ""),
        (2.5, 2.5, ""),
    ],
)
def test_text_is_read_as_the_number_that_it_spells(
    written: object, meant: object, remedy: str
) -> None:
    found, told = spelt(written)
    assert found == meant
    assert told.startswith(remedy) and bool(told) == bool(remedy)


def test_what_is_no_number_is_spelt_so() -> None:
    found, told = spelt(["NaN", "np.nan"])
    assert all(map(math.isnan, found))
    assert told == "write .nan: YAML reads NaN as text"
