"""`seeshell ask --json` about shapes of free place and size: the boxes lie where they do."""

from pathlib import Path
from statistics import fmean

import pytest

from seeshell.core.demo import MODEL_PATH

from ...bench.boxes import ask_for_box
from ...bench.workplace import Workplace
from ...box_scenes import overlap, sample_box_scenes

taught = pytest.mark.skipif(
    "enable_thinking" not in (MODEL_PATH / "chat_template.json").read_text(encoding="utf-8"),
    reason="the shipped weights are from before the last stage of the training",
)

FAR_ABOVE_CHANCE = 0.6
"""The best boxes without looking overlap by 0.35; `make bench` measures against the bar."""


@taught
def test_the_demo_models_boxes_fit_the_drawn_shapes(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path)
    try:
        scenes = list(sample_box_scenes(seed=3, count=3))
        overlaps = [overlap(ask_for_box(workplace, scene), scene.box) for scene in scenes]
    finally:
        workplace.stop_core()
    assert fmean(overlaps) > FAR_ABOVE_CHANCE, overlaps
