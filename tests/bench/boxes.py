"""The demo model's boxes against the shapes that were drawn, through `seeshell ask --json`."""

import json
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from ..box_scenes import BoxScene, Corners, overlap, sample_box_scenes
from .workplace import Workplace

_SEED = 10
_PICTURES = 100


def measure(workplace: Workplace, pictures: int = _PICTURES) -> dict[str, float]:
    """Returns the mean overlap of the model's boxes, and of the best that needs no looking."""
    scenes = list(sample_box_scenes(_SEED, pictures))
    overlaps = [overlap(ask_for_box(workplace, scene), scene.box) for scene in scenes]
    return {
        "box_iou": fmean(overlaps),
        "box_found_percent": 100 * fmean(it >= 0.5 for it in overlaps),
        "box_constant_iou": fmean(_best_constant(scenes)),
    }


def ask_for_box(workplace: Workplace, scene: BoxScene) -> Corners:
    """Returns the first box of the answer, in shares of the picture; an empty one without any."""
    path = Path(workplace.home) / "shapes.png"
    scene.picture.save(path)
    question = f"Give the box of the {scene.shape}."
    done = workplace.run("ask", "--json", "--temperature", "0", "-i", path, question)
    boxes = json.loads(done.stdout)["boxes"]
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    left, top, right, bottom = boxes[0]["pixels"]
    width, height = scene.picture.size
    return left / width, top / height, right / width, bottom / height


def _best_constant(scenes: list[BoxScene]) -> list[float]:
    """Returns the overlap of each with the one box that overlaps most in its quarter."""
    quarters: dict[tuple[int, int], list[Corners]] = defaultdict(list)
    for scene in scenes:
        quarters[scene.quarter].append(scene.box)
    overlaps = []
    for boxes in quarters.values():
        tried = ([overlap(guess, box) for box in boxes] for guess in boxes)
        overlaps += max(tried, key=fmean)
    return overlaps
