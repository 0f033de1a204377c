"""An adapter is trained whole or not at all."""

import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ImageError, ModelError
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


def test_what_the_trainer_says_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROGRAM", "seeshell.core.no_such_program")
    with pytest.raises(ModelError, match=r"new could not be trained \(.*no_such_program.*\);"):
        train(paths, ROWS)
    assert list(paths.adapters_dir.iterdir()) == []
