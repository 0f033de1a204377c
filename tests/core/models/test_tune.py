"""An adapter is trained whole or not at all."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from seeshell.core.conversation import Attachment
from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ImageError, ModelError
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.images import hash_file
from seeshell.core.models import tune as module
from seeshell.core.models.training_rows import TrainingRow, find_rows
from seeshell.core.models.tune import PictureSource, Training, TrainingProgress, tune
from seeshell.core.settings import Paths

from ...messages import answer, question

ROWS = list(find_rows([question(1, "What?"), answer(2, "Nothing.")]))


def train(paths: Paths, rows: list[TrainingRow], report: object = None) -> float | None:
    source = PictureSource(paths, 1280, 10**6)
    heed = report or (lambda _: None)
    return tune(MODEL_PATH, paths.adapters_dir / "new", rows, source, Training(5), heed)  # type: ignore[arg-type]


def test_who_stops_it_leaves_nothing_behind(paths: Paths) -> None:
    def stop(_: TrainingProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(paths, ROWS, stop)
    assert list(paths.adapters_dir.iterdir()) == []


def test_a_picture_that_is_gone_is_named_and_nothing_is_begun(paths: Paths) -> None:
    picture = Attachment(sha256="aa", name="cat.png", width=8, height=8)
    rows = list(find_rows([question(1, "What?", picture), answer(2, "A cat.")]))
    with pytest.raises(ImageError, match=r"cat\.png"):
        train(paths, rows, pytest.fail)
    assert list(paths.adapters_dir.iterdir()) == []


def test_the_trainer_sees_each_excerpt_within_its_budget(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    photo = Image.new("RGB", (128, 64), "red")
    photo.paste("blue", (64, 0, 128, 64))
    photo.save(tmp_path / "photo.png")
    sha256 = hash_file(tmp_path / "photo.png")
    stored = paths.picture(sha256)
    stored.parent.mkdir(parents=True)
    (tmp_path / "photo.png").rename(stored)
    left, right = (
        Attachment(sha256, "photo.png", 64, 64, excerpt=Excerpt(region=Region(x, 0, 64, 64)))
        for x in (0, 64)
    )
    small = replace(right, pixel_budget=1)
    seen: list[tuple[tuple[int, int], object]] = []

    def run(_program: str, arguments: list[str], _heed: object) -> None:
        rows = Path(json.loads(arguments[0])["rows"], "train.jsonl").read_text(encoding="utf-8")
        for path in json.loads(rows)["images"]:
            with Image.open(path) as picture:
                seen.append((picture.size, picture.getpixel((0, 0))))

    monkeypatch.setattr(module, "run_side_program", run)
    asked = question(1, "What?", left, right, small, left)
    train(paths, list(find_rows([asked, answer(2, "Two colours.")])))
    red, blue = (255, 0, 0), (0, 0, 255)
    assert seen == [((64, 64), red), ((64, 64), blue), ((32, 32), blue), ((64, 64), red)]


def test_what_the_trainer_says_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROGRAM", "seeshell.core.no_such_program")
    with pytest.raises(ModelError, match=r"new could not be trained \(.*no_such_program.*\);"):
        train(paths, ROWS)
    assert list(paths.adapters_dir.iterdir()) == []
