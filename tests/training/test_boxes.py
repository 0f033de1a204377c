"""Boxes say where figures were really drawn, in the form that Qwen3-VL gives them in."""

import json
import random

import numpy as np
import pytest

from training.boxes import Box, box_of, overlap, read, written
from training.layouts import lay_out, sample_free_scene
from training.pictures import draw_scene, sample_ratio
from training.world import LAYOUTS, SHAPES, Figure, Scene, sample_scene

HEIGHT = 600


def scene_of(figure: Figure, ratio: float) -> Scene:
    """One figure of a scene alone, so that all that is not ground is that figure."""
    return Scene("white", (figure,), is_free=True, ratio=ratio)


def drawn_bounds(figure: Figure, ratio: float, rng: random.Random) -> tuple[float, ...]:
    """Left, top, right and bottom of the pixels that are not ground, from 0 to 1000."""
    size = (round(HEIGHT * ratio), HEIGHT)
    pixels = np.asarray(draw_scene(scene_of(figure, ratio), size, rng)).astype(int)
    rows, columns = np.nonzero(np.abs(pixels - pixels[0, 0]).max(-1) > 20)
    left, right = columns.min() / size[0], (columns.max() + 1) / size[0]
    return tuple(
        1000 * edge for edge in (left, rows.min() / HEIGHT, right, (rows.max() + 1) / HEIGHT)
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_box_is_where_the_figure_was_drawn(shape: str) -> None:
    rng = random.Random(SHAPES.index(shape))
    seen = 0
    while seen < 4:
        ratio = sample_ratio(rng)
        for figure in sample_free_scene(rng, "train", ratio).figures:
            if figure.shape == shape:
                seen += 1
                bounds = drawn_bounds(figure, ratio, rng)
                assert np.abs(np.array(box_of(figure, ratio)[:4]) - bounds).max() <= 10


def test_free_figures_are_whole_apart_and_one_in_each_quarter() -> None:
    rng = random.Random(1)
    for _ in range(200):
        scene = sample_free_scene(rng, "train", sample_ratio(rng))
        places = [figure.place for figure in scene.figures]
        assert len(set(places)) == len(places)
        assert set(places) <= set(LAYOUTS["grid"])
        boxes = [box_of(figure, scene.ratio) for figure in scene.figures]
        assert all(0 <= edge <= 1000 for box in boxes for edge in box[:4])
        assert all(overlap(a, b) < 0.1 for i, a in enumerate(boxes) for b in boxes[:i])


def test_figures_laid_out_keep_what_the_scene_says() -> None:
    rng = random.Random(2)
    scene = sample_scene(rng, "train")
    laid_out = lay_out(scene, 2.0, rng)
    assert [f.name for f in laid_out.figures] == [f.name for f in scene.figures]
    assert [f.place for f in laid_out.figures] == [f.place for f in scene.figures]
    assert all(f.spot is not None for f in laid_out.figures)


def test_one_box_is_an_object_and_several_are_a_list() -> None:
    boxes = [Box(0, 10, 20, 1000, "red star"), Box(500, 510, 620, 730, "blue cross")]
    assert written(boxes[:1]) == '{"bbox_2d": [0, 10, 20, 1000], "label": "red star"}'
    assert [each["label"] for each in json.loads(written(boxes))] == ["red star", "blue cross"]
    assert read(written(boxes)) == boxes
    assert read(written(boxes[:1])) == boxes[:1]


@pytest.mark.parametrize(
    "answer",
    ["There is no star.", "", "[1, 2]", '{"bbox_2d": [1, 2], "label": "x"}', '{"label": "x"}', "3"],
)
def test_an_answer_of_another_form_has_no_boxes(answer: str) -> None:
    assert read(answer) == []


def test_overlap_is_shared_area_over_all_area() -> None:
    one = Box(0, 0, 100, 100, "")
    assert overlap(one, one) == 1
    assert overlap(one, Box(50, 0, 150, 100, "")) == pytest.approx(1 / 3)
    assert overlap(one, Box(100, 0, 200, 100, "")) == 0
    assert overlap(one, Box(90, 90, 10, 10, "")) == 0
