"""Pictures of a class, drawn by pygal as SVG that stands in a page by itself.

pygal brings a style sheet and a script; both are taken out. The page's own style sheet colours the
chart, so that it follows the page into the dark and onto paper, and nothing needs to run. What
pygal would show on hovering becomes a `<title>`, which browsers and screen readers know.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree

from grader.report.markup import Html, trusted
from grader.report.measures import QuestionMeasure

_SVG: Final = "{http://www.w3.org/2000/svg}"
_BINS: Final = 10
_LINE, _CHARACTER, _GAP = 13.0, 6.5, 10.0  # a label's height, a character of it, its way to its dot
_COMMON: Final[dict[str, Any]] = {
    "height": 420,
    "width": 720,
    "js": [],
    "css": [],
    "show_legend": False,
    "explicit_size": False,
    "disable_xml_declaration": True,
    "no_prefix": True,
    "margin": 8,
}


def available() -> bool:
    """Whether pictures can be drawn here: pygal is an extra."""
    return find_spec("pygal") is not None


def histogram(totals: Sequence[float], maximum: float) -> Html:
    """Decides the picture of how the totals are distributed, in tenths of the maximum."""
    import pygal

    counts = bins(totals, maximum)
    chart = pygal.Bar(**_COMMON, spacing=6, x_title="points", y_title="submissions")
    chart.x_labels = bin_names(maximum)
    chart.y_labels = _counts(max(counts, default=0))
    chart.add("submissions", counts)
    return _drawn(chart, "one", "submissions")


def bins(totals: Sequence[float], maximum: float) -> list[int]:
    """Counts the totals in tenths of the maximum; the last tenth holds the maximum itself.

    >>> bins([0, 9.5, 10], 10)
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    counts = [0] * _BINS
    for total in totals:
        share = total / maximum if maximum else 0.0
        counts[min(_BINS - 1, max(0, math.floor(share * _BINS + 1e-9)))] += 1
    return counts


def bin_names(maximum: float) -> list[str]:
    """Names the tenths of the maximum by where they begin and end; no two are named alike.

    >>> bin_names(11)[:2], bin_names(2)[-1]
    (['0–1.1', '1.1–2.2'], '1.8–2')
    """
    digits = 2 if maximum < 10 else 1 if maximum < 100 else 0  # more would not fit side by side
    edges = [f"{round(maximum * i / _BINS, digits):g}" for i in range(_BINS + 1)]
    return [f"{low}–{high}" for low, high in pairwise(edges)]


def scatter(questions: Sequence[QuestionMeasure]) -> Html | None:
    """Decides the picture of difficulty against discrimination; None if nothing is known of it."""
    import pygal

    known = [
        (question.id, question.difficulty, question.discrimination)
        for question in questions
        if question.difficulty is not None and question.discrimination is not None
    ]
    if not known:
        return None
    across = _range([difficulty for _, difficulty, _ in known])
    up = _range([discrimination for _, _, discrimination in known])
    chart = pygal.XY(
        **_COMMON,
        stroke=False,
        dots_size=6,
        print_labels=True,
        xrange=(across[0], across[-1]),
        range=(up[0], up[-1]),
        x_title="mean share of the points (1 is easy)",
        y_title="discrimination",
    )
    chart.x_labels, chart.y_labels = across, up
    chart.add(
        "questions",
        [
            {"value": (round(difficulty, 3), round(discrimination, 3)), "label": ident}
            for ident, difficulty, discrimination in known
        ],
    )
    return _drawn(chart, "two", "")


def _range(values: Sequence[float]) -> list[float]:
    """The tenths that hold the values and lie around them, so that points spread out."""
    low, high = math.floor(min(values) * 10 - 0.2), math.ceil(max(values) * 10 + 0.2)
    return [tenth / 10 for tenth in range(low, high + 1)]


def _counts(most: int) -> list[int]:
    """Whole numbers for an axis of counts, a handful of them."""
    step = max(1, math.ceil(most / 5))
    return list(range(0, most + step, step))


def _drawn(chart: Any, name: str, what: str) -> Html:
    """The chart's SVG without style, script and comments, its points with titles."""
    tree = chart.render_tree()
    _clean(tree, what)
    _part_labels(tree)
    for key in [key for key in tree.attrib if key not in ("viewBox", "class")]:
        del tree.attrib[key]
    tree.set("class", f"chart {name}")
    tree.set("aria-hidden", "true")  # the tables say it in words and numbers
    ElementTree.register_namespace("", _SVG.strip("{}"))
    return trusted(ElementTree.tostring(tree, encoding="unicode", short_empty_elements=True))


def _part_labels(tree: Any) -> None:
    """Puts each label beside its dot, or as near above or below as no other label or dot is."""
    shapes = [(shape, shape.get("class", "")) for shape in tree.iter()]
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot, kind in shapes if "dot " in kind]
    labels = [label for label, kind in shapes if kind == "label"]
    if not labels:
        return
    plot = [shape for shape, kind in shapes if kind == "background"][-1]
    right, bottom = float(plot.get("width")), float(plot.get("height"))
    taken = [(x - _GAP / 2, x + _GAP / 2, y) for x, y in dots]
    for (x, y), label in sorted(zip(dots, labels, strict=True), key=lambda pair: pair[0][1]):
        wide = _CHARACTER * len(label.text)
        left = x + _GAP if x + _GAP + wide <= right else x - _GAP - wide
        moves = sorted(range(-3 * len(dots), 3 * len(dots) + 1), key=abs)
        places = [y + move * _LINE / 3 for move in moves]
        free = (
            at
            for at in places
            if 0 <= at <= bottom
            and all(left + wide <= a or b <= left or abs(at - c) >= _LINE for a, b, c in taken)
        )
        at = next(free, y)
        taken.append((left, left + wide, at))
        label.set("x", f"{left:.1f}")
        label.set("y", f"{at + _LINE / 3:.1f}")


def _clean(parent: Any, what: str) -> None:
    for child in list(parent):
        tag = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        kind = child.get("class", "") if tag else ""
        if tag in ("", "style", "script", "defs", "title") or "tooltip-overlay" in kind:
            parent.remove(child)
        else:
            _clean(child, what)
    told = {
        child.get("class"): child.text for child in parent if child.tag.removeprefix(_SVG) == "desc"
    }
    if not told:
        return
    for child in [child for child in parent if child.tag.removeprefix(_SVG) == "desc"]:
        parent.remove(child)
    label, value = told.get("label"), told.get("value")
    title = ElementTree.Element(f"{_SVG}title")
    words = [part for part in (label, value, what) if part]
    title.text = " ".join(words) if not label else f"{label}: {' '.join(words[1:])}"
    parent.insert(0, title)
