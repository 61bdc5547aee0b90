"""Question 1: four vision tasks, what they are trained on, and what a trained model puts out.

They differ in what a label is attached to: the image, an object in it, or a pixel. From that
follow the annotation, the output and its shape, for an image of H × W pixels, K classes and N
objects:

- image_classification: one score per class for the image as a whole, K numbers.
- object_detection: for each object a box (four numbers) and a score per class, N × 4 and N × K.
- semantic_segmentation: a score per class for each pixel, K × H × W, channels first. Two objects
  of a class that touch become one area: objects are not told apart.
- instance_segmentation: for each object its own mask and a score per class, N × H × W and N × K.
  Pixels are labelled, and objects are told apart.

The two texts of question 1 are marked by a person and have no reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.q1_properties import (  # noqa: F401  config.yaml names them
    TASKS,
    shapes_are_tuples_of_counts,
    shapes_have_the_same_names_without_objects,
    table_uses_the_vocabulary,
)

Row = dict[str, str | bool]
Table = dict[str, Row]
Shapes = dict[str, tuple[int, ...]]


def task_table() -> Table:
    """Say of each task what it is trained on, what it puts out, and whether it separates instances.

    Classification knows no instances, so its row has no such cell.

    >>> task_table()["object_detection"]["annotation"]
    'box and class per object'
    """
    return {
        "image_classification": {
            "annotation": "class per image",
            "output": "class scores",
            "granularity": "image",
        },
        "object_detection": {
            "annotation": "box and class per object",
            "output": "boxes with class scores",
            "granularity": "object",
            "separates_instances": True,
        },
        "semantic_segmentation": {
            "annotation": "class per pixel",
            "output": "class scores per pixel",
            "granularity": "pixel",
            "separates_instances": False,
        },
        "instance_segmentation": {
            "annotation": "mask and class per object",
            "output": "masks with class scores",
            "granularity": "pixel",
            "separates_instances": True,
        },
    }


def output_shapes(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """Give the shapes that a trained model puts out for an image with `objects` objects.

    Raises:
        ValueError: if the task is none of the four.

    >>> output_shapes("object_detection", 480, 640, 20, 3)
    {'boxes': (3, 4), 'scores': (3, 20)}
    """
    if task == "image_classification":
        return {"scores": (classes,)}
    if task == "object_detection":
        return {"boxes": (objects, 4), "scores": (objects, classes)}
    if task == "semantic_segmentation":
        return {"scores": (classes, height, width)}
    if task == "instance_segmentation":
        return {"masks": (objects, height, width), "scores": (objects, classes)}
    raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")


# ------------------------------------------------------------------ hidden cases


def classified_images(rng: np.random.Generator) -> tuple[str, int, int, int, int]:
    """An image to classify."""
    return "image_classification", *_image(rng)


def detected_objects(rng: np.random.Generator) -> tuple[str, int, int, int, int]:
    """An image with objects to put boxes around."""
    return "object_detection", *_image(rng)


def segmented_images(rng: np.random.Generator) -> tuple[str, int, int, int, int]:
    """An image whose pixels are to be labelled."""
    return "semantic_segmentation", *_image(rng)


def segmented_objects(rng: np.random.Generator) -> tuple[str, int, int, int, int]:
    """An image with objects to be masked."""
    return "instance_segmentation", *_image(rng)


def _image(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Draw height, width, classes and objects, all different and none equal to 4 or 5."""
    classes, objects = rng.choice(np.arange(6, 30), size=2, replace=False).tolist()
    height, width = rng.choice(np.arange(32, 300), size=2, replace=False).tolist()
    return height, width, classes, objects


# ------------------------------------------------------------------ wrong answers: q1a_table


def _table_but(**changed_rows: Row) -> Table:
    """The right table with some cells of some rows changed."""
    table = task_table()
    for task, cells in changed_rows.items():
        table[task] |= cells
    return table


def table_classification_of_objects() -> Table:
    """An image shows a dog and a cat. How many decisions does a classifier make about it?"""
    return _table_but(image_classification={"granularity": "object"})


def table_detection_of_one_image() -> Table:
    """What does one output of a detector speak about: the image, or something in it?"""
    return _table_but(object_detection={"granularity": "image"})


def table_detection_by_pixels() -> Table:
    """Does a detector decide pixel by pixel? What does one of its outputs stand for?"""
    return _table_but(object_detection={"granularity": "pixel"})


def table_instances_by_object() -> Table:
    """Masks belong to objects. But what is the smallest thing that a mask labels?"""
    return _table_but(instance_segmentation={"granularity": "object"})


def table_boxes_not_separating() -> Table:
    """Two dogs stand side by side. How many boxes does a detector draw?"""
    return _table_but(object_detection={"separates_instances": False})


def table_only_detection_separates() -> Table:
    """Two dogs overlap. What does each of the two kinds of segmentation put out for them, and where
    would the word "instance" come in?"""
    return _table_but(instance_segmentation={"separates_instances": False})


def table_all_separate() -> Table:
    """Two dogs of one class overlap. Can all of your tasks tell where one ends?"""
    return _table_but(semantic_segmentation={"separates_instances": True})


def table_separation_exchanged() -> Table:
    """Which of the two segmentations colours all sheep of a flock alike?"""
    return _table_but(
        semantic_segmentation={"separates_instances": True},
        instance_segmentation={"separates_instances": False},
    )


def table_segmentations_exchanged() -> Table:
    """Two of your rows would be right under each other's name. Which task tells objects apart?"""
    table = task_table()
    table["semantic_segmentation"], table["instance_segmentation"] = (
        table["instance_segmentation"],
        table["semantic_segmentation"],
    )
    return table


def table_masks_for_semantic() -> Table:
    """What do you have to draw when objects need not be told apart, and what does a model then put
    out?"""
    return _table_but(
        semantic_segmentation={
            "annotation": "mask and class per object",
            "output": "masks with class scores",
        }
    )


def table_pixels_for_instances() -> Table:
    """If every pixel has a class and no more, how would a model learn where one object ends and the
    next of its class begins?"""
    return _table_but(
        instance_segmentation={"annotation": "class per pixel", "output": "class scores per pixel"}
    )


def table_masks_for_detection() -> Table:
    """Must an annotator trace an object's outline before a detector can learn to find it?"""
    return _table_but(object_detection={"annotation": "mask and class per object"})


def table_boxes_for_instances() -> Table:
    """Could a model learn an object's outline if annotators drew boxes only?"""
    return _table_but(instance_segmentation={"annotation": "box and class per object"})


def table_labels_for_detection() -> Table:
    """What must the training data say of an object besides that it is somewhere in the image?"""
    return _table_but(object_detection={"annotation": "class per image"})


def table_labels_for_all() -> Table:
    """If each image only came with a class, how would a model learn where things are?"""
    return _table_but(
        object_detection={"annotation": "class per image"},
        semantic_segmentation={"annotation": "class per image"},
        instance_segmentation={"annotation": "class per image"},
    )


def table_truth_as_text() -> Table:
    """The column separates_instances asks for True or False. Is "True" in quotes the same thing?"""
    return _with_truth(str)


def table_truth_as_yes_or_no() -> Table:
    """The column separates_instances asks for True or False. Is a word in quotes one of them?"""
    return _with_truth(lambda cell: "yes" if cell else "no")


def table_truth_as_number() -> Table:
    """The column separates_instances asks for True or False. Which type has 1 or 0?"""
    return _with_truth(int)


def _with_truth(written: Callable[[Any], Any]) -> Table:
    """The right table, with the cells that are True or False written in another way."""
    return {
        task: {
            column: written(cell) if column == "separates_instances" else cell
            for column, cell in row.items()
        }
        for task, row in task_table().items()
    }


# ------------------------------------------------------------------ wrong answers: q1a_shapes


def shapes_channels_last(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """All shapes of this problem set put channels first. In which order are yours?"""
    if task == "semantic_segmentation":
        return {"scores": (height, width, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_channels_and_masks_last(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Height and width come first in all of your maps. Where does this problem set put them?"""
    if task == "semantic_segmentation":
        return {"scores": (height, width, classes)}
    if task == "instance_segmentation":
        return {"masks": (height, width, objects), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_width_first(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """An image of 2 rows and 5 columns: which of the two comes first in an array's shape?"""
    return output_shapes(task, width, height, classes, objects)


def shapes_label_map(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """You have chosen one class for each pixel already. What did the model put out before that?"""
    if task == "semantic_segmentation":
        return {"scores": (height, width)}
    return output_shapes(task, height, width, classes, objects)


def shapes_semantic_per_object(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Your semantic segmentation has a map for each object. Does it know how many objects there
    are?"""
    if task == "semantic_segmentation":
        return {"scores": (objects, height, width)}
    return output_shapes(task, height, width, classes, objects)


def shapes_masks_of_classes(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Your instance segmentation has a mask for each class. Where do two objects of one class
    go?"""
    if task == "instance_segmentation":
        return {"masks": (classes, height, width), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_masks_of_objects_and_classes(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Each of your objects has a mask for every class. Where else are its class scores kept?"""
    if task == "instance_segmentation":
        return {"masks": (objects, classes, height, width), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_one_mask(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """All of your objects share one mask. What if two of them overlap?"""
    if task == "instance_segmentation":
        return {"masks": (height, width), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_scores_of_image(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Your class scores speak of the image as a whole. Which object do they belong to?"""
    shapes = output_shapes(task, height, width, classes, objects)
    return shapes if task == "semantic_segmentation" else shapes | {"scores": (classes,)}


def shapes_one_score_per_object(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Each object has one score. How would you know which class it is of, and how likely the others
    are?"""
    shapes = output_shapes(task, height, width, classes, objects)
    return shapes | {"scores": (objects,)} if len(shapes) == 2 else shapes


def shapes_background_class(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Some models score "none of these" as well. How many classes were you told to score?"""
    if task == "image_classification":
        return output_shapes(task, height, width, classes, objects)
    return output_shapes(task, height, width, classes + 1, objects)


def shapes_boxes_by_corner(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Can you draw a box from the numbers you keep for it? How many does it take?"""
    if task == "object_detection":
        return {"boxes": (objects, 2), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_boxes_with_confidence(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """One of the numbers in your boxes does not say where the box is. Where else is it kept?"""
    if task == "object_detection":
        return {"boxes": (objects, 5), "scores": (objects, classes)}
    return output_shapes(task, height, width, classes, objects)


def shapes_boxes_with_masks(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """Your instance segmentation puts out boxes too. Are they among what was asked for?"""
    shapes = output_shapes(task, height, width, classes, objects)
    return shapes | {"boxes": (objects, 4)} if task == "instance_segmentation" else shapes


def shapes_objects_last(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """Is a row of your arrays one object, or one coordinate? Which of the two comes first?"""
    if task == "object_detection":
        return {"boxes": (4, objects), "scores": (classes, objects)}
    if task == "instance_segmentation":
        return {"masks": (objects, height, width), "scores": (classes, objects)}
    return output_shapes(task, height, width, classes, objects)


def shapes_of_batch(task: str, height: int, width: int, classes: int, objects: int) -> Shapes:
    """You added an axis for a batch. How many images were you asked about?"""
    shapes = output_shapes(task, height, width, classes, objects)
    return {name: (1, *shape) for name, shape in shapes.items()}


def shapes_nothing_without_objects(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes:
    """An image may hold no object. What is the shape of an array with no rows?"""
    shapes = output_shapes(task, height, width, classes, objects)
    return {} if objects == 0 and len(shapes) == 2 else shapes


def shapes_task_unchecked(
    task: str, height: int, width: int, classes: int, objects: int
) -> Shapes | None:
    """What does your function answer for a task that it does not know, and what was asked for?"""
    known = task in TASKS
    return output_shapes(task, height, width, classes, objects) if known else None
