"""What must hold for every right answer to question 1, and gives none away.

Students run these on their own machine: they look at the form of a student's results, never at
ours. So this file imports nothing of the reference and can be handed out as it is.

Each property gets `call(function, *args)`, which runs the student's function and returns its
value, or raises what the function raised. It returns None, or one sentence to the student.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

Call: TypeAlias = Callable[..., object]

TASKS = (
    "image_classification",
    "object_detection",
    "semantic_segmentation",
    "instance_segmentation",
)

# The vocabulary of the table, in alphabetical order: which word belongs to which task is not told.
ANNOTATIONS = (
    "box and class per object",
    "class per image",
    "class per pixel",
    "mask and class per object",
)
OUTPUTS = (
    "boxes with class scores",
    "class scores",
    "class scores per pixel",
    "masks with class scores",
)
GRANULARITIES = ("image", "object", "pixel")


# ------------------------------------------------------------------ q1a_table


def table_uses_the_vocabulary(call: Call) -> str | None:
    """Every cell holds one of the words that its column may hold."""
    table = call("task_table")
    if not isinstance(table, Mapping):
        return f"task_table should return a dict of rows, and returns {type(table).__name__}"
    words = {"annotation": ANNOTATIONS, "output": OUTPUTS, "granularity": GRANULARITIES}
    for task in TASKS:
        row = table.get(task)
        if not isinstance(row, Mapping):
            return f"the table should have a row (a dict) for {task}"
        for column, allowed in words.items():
            cell = row.get(column)
            if not isinstance(cell, str) or cell.strip().lower() not in allowed:
                return f"{task}, {column}: {cell!r} is none of {', '.join(map(repr, allowed))}"
        separates = row.get("separates_instances")
        if task != "image_classification" and not isinstance(separates, bool | np.bool_):
            return f"{task}, separates_instances: {separates!r} should be True or False"
    return None


# ------------------------------------------------------------------ q1a_shapes


def shapes_are_tuples_of_counts(call: Call) -> str | None:
    """For each task the answer is a dict of shapes, and a shape is a tuple of whole numbers."""
    for task in TASKS:
        shapes = call("output_shapes", task, 48, 64, 7, 3)
        if not isinstance(shapes, Mapping) or not shapes:
            return f"{task}: output_shapes should return a dict with one shape or more"
        for name, shape in shapes.items():
            if not _is_shape(shape):
                return f"{task}, {name}: {shape!r} should be a tuple of whole numbers"
    return None


def shapes_have_the_same_names_without_objects(call: Call) -> str | None:
    """An image without objects is put out as arrays of length 0, not left out."""
    for task in TASKS:
        some = call("output_shapes", task, 48, 64, 7, 3)
        none = call("output_shapes", task, 48, 64, 7, 0)
        if isinstance(some, Mapping) and (
            not isinstance(none, Mapping) or some.keys() != none.keys()
        ):
            return f"{task}: an image without objects should have the same entries as any other"
    return None


# ------------------------------------------------------------------ reading results


def _is_shape(shape: object) -> bool:
    """Whether it is a row of whole numbers, of whichever type: a list counts as well."""
    if isinstance(shape, np.ndarray):
        shape = shape.tolist()
    return isinstance(shape, list | tuple) and all(map(_is_count, shape))


def _is_count(size: object) -> bool:
    if isinstance(size, np.ndarray | np.generic) and size.ndim == 0:
        size = size.item()
    return type(size) is int or (isinstance(size, float) and size.is_integer())
