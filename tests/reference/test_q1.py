"""Question 1: the table is whole and uses its words; the shapes are those of real layers."""

from __future__ import annotations

import inspect
import string

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from reference import q1_properties as words
from reference import q1_vision_tasks as q1

TASKS = list(q1.task_table())
sizes = st.integers(1, 40)


def test_the_table_has_four_rows_and_classification_no_instances() -> None:
    assert TASKS == [
        "image_classification",
        "object_detection",
        "semantic_segmentation",
        "instance_segmentation",
    ]
    for task, row in q1.task_table().items():
        assert ("separates_instances" in row) == (task != "image_classification")


def test_every_printed_word_is_used_and_no_other() -> None:
    """A word without a place would be a trap, a place without its word a riddle."""
    rows = q1.task_table().values()
    assert {row["annotation"] for row in rows} == set(words.ANNOTATIONS)
    assert {row["output"] for row in rows} == set(words.OUTPUTS)
    assert {row["granularity"] for row in rows} == set(words.GRANULARITIES)


def test_the_order_of_the_words_tells_nothing() -> None:
    for printed in (words.ANNOTATIONS, words.OUTPUTS, words.GRANULARITIES):
        assert list(printed) == sorted(printed)


def test_the_tasks_are_those_of_the_table() -> None:
    assert list(words.TASKS) == TASKS


def test_only_semantic_segmentation_leaves_instances_together() -> None:
    together = [t for t, row in q1.task_table().items() if row.get("separates_instances") is False]
    assert together == ["semantic_segmentation"]


def test_each_call_hands_out_a_table_of_its_own() -> None:
    q1.task_table()["object_detection"]["granularity"] = "changed"
    assert q1.task_table()["object_detection"]["granularity"] == "object"


@settings(deadline=None)
@given(height=sizes, width=sizes, classes=sizes, objects=st.integers(0, 40))
def test_shapes_are_those_that_torch_layers_put_out(
    height: int, width: int, classes: int, objects: int
) -> None:
    """One head for each output on the meta device, where shapes are computed and nothing else."""
    features = torch.empty(1, 6, height, width, device="meta")
    pooled = nn.AdaptiveAvgPool2d(1)(features).flatten(1)
    regions = torch.empty(objects, 6, device="meta")
    with torch.device("meta"):
        classify, label = nn.Linear(6, classes), nn.Conv2d(6, classes, kernel_size=1)
        score, locate = nn.Linear(6, classes), nn.Linear(6, 4)
    masks = torch.einsum("nc,chw->nhw", regions, features[0])
    oracle = {
        "image_classification": {"scores": classify(pooled)[0]},
        "object_detection": {"boxes": locate(regions), "scores": score(regions)},
        "semantic_segmentation": {"scores": label(features)[0]},
        "instance_segmentation": {"masks": masks, "scores": score(regions)},
    }
    for task, outputs in oracle.items():
        expected = {name: tuple(output.shape) for name, output in outputs.items()}
        assert q1.output_shapes(task, height, width, classes, objects) == expected


@given(st.text(string.ascii_lowercase + "_ ", max_size=30).filter(lambda text: text not in TASKS))
def test_a_task_that_is_none_of_the_four_is_refused(task: str) -> None:
    with pytest.raises(ValueError, match="task must be one of image_classification, "):
        q1.output_shapes(task, 32, 48, 5, 2)


@pytest.mark.parametrize("seed", range(20))
def test_drawn_images_have_sizes_that_cannot_be_mistaken(seed: int) -> None:
    """All different, and none the 4 numbers of a box or one more: a swapped size shows."""
    for draw in (q1.classified_images, q1.detected_objects, q1.segmented_images):
        _, *numbers = draw(np.random.default_rng(seed))
        assert len(set(numbers)) == 4
        assert not {4, 5} & set(numbers)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (None, "should return a dict of rows"),
        ({}, "should have a row (a dict) for image_classification"),
        (q1.task_table() | {"object_detection": ["boxes"]}, "a dict) for object_detection"),
        (q1.table_truth_as_text(), "'True' should be True or False"),
        (
            q1.task_table() | {"object_detection": {"annotation": "boxes"}},
            "object_detection, annotation: 'boxes' is none of 'box and class per object', ",
        ),
    ],
)
def test_a_table_with_other_words_is_pointed_out(table: object, complaint: str) -> None:
    said = q1.table_uses_the_vocabulary(lambda _: table)
    assert said is not None
    assert complaint in said


def test_a_wrong_table_of_the_right_words_is_not_given_away() -> None:
    assert q1.table_uses_the_vocabulary(lambda _: q1.table_segmentations_exchanged()) is None


@pytest.mark.parametrize(
    ("shapes", "complaint"),
    [
        (None, "should return a dict"),
        ({}, "should return a dict"),
        ({"scores": 7}, "7 should be a tuple of whole numbers"),
        ({"scores": (7.5,)}, "(7.5,) should be a tuple of whole numbers"),
        ({"scores": (True,)}, "(True,) should be a tuple of whole numbers"),
    ],
)
def test_shapes_that_are_none_are_pointed_out(shapes: object, complaint: str) -> None:
    said = q1.shapes_are_tuples_of_counts(lambda *_: shapes)
    assert said is not None
    assert complaint in said


@pytest.mark.parametrize(
    "shape", [(7,), [7], (7.0,), (np.int64(7),), np.array([7]), (np.array(7),), ()]
)
def test_a_shape_that_is_marked_as_right_is_not_complained_about(shape: object) -> None:
    assert q1.shapes_are_tuples_of_counts(lambda *_: {"scores": shape}) is None


def test_entries_that_vanish_with_the_objects_are_pointed_out() -> None:
    def call(_: str, *args: object) -> object:
        return q1.shapes_nothing_without_objects(*args)  # type: ignore[arg-type]

    said = q1.shapes_have_the_same_names_without_objects(call)
    assert said is not None
    assert said.startswith("object_detection: an image without objects")


def test_every_function_says_what_it_is_for() -> None:
    functions = inspect.getmembers(q1, inspect.isfunction)
    assert all(inspect.getdoc(function) for _, function in functions)
