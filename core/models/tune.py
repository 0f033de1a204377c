"""Trains a LoRA adapter in a process of its own, into a folder that is whole or not there."""

import json
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..conversation import Attachment
from ..errors import ImageError, ModelError
from ..images import opened_image
from ..settings import Paths
from .codeless import without_code
from .preflight import check_checkpoint
from .side_program import SideProgramFailed, run_side_program, unfinished_folder
from .training_rows import TrainingRow

_PROGRAM: Final = f"{__package__}.tuning_program"

_TOKEN_PIXELS: Final = 32 * 32
"""Of an image token of Qwen3-VL; about those of others."""

_LARGE_BYTES: Final = 10**9
"""Weights from which on memory counts for more than a third of the time."""


@dataclass(frozen=True)
class Training:
    """How an adapter is trained."""

    iterations: int
    """Rows that are learned, one after the other."""
    rank: int = 8
    """How much it can learn: width of its matrices."""
    learning_rate: float = 1e-4


@dataclass(frozen=True)
class TrainingProgress:
    """How far it is."""

    stage: str
    fraction: float = 0.0
    loss: float | None = None
    """Of the last rows; lower is better, None before the first."""


@dataclass(frozen=True)
class PictureSource:
    """Where the pictures of rows lie, and how large the trainer is to see them."""

    paths: Paths
    pixel_budget: int
    """Most image tokens of one that was not sent with another budget."""
    max_pixels: int


def tune(
    model: Path,
    target: Path,
    rows: Sequence[TrainingRow],
    source: PictureSource,
    training: Training,
    report: Callable[[TrainingProgress], None],
) -> float | None:
    """Trains an adapter and returns its last loss.

    Args:
        model: folder of the model that it is for.
        target: where it goes, which must not be there.
        rows: what it learns; at least one.
        source: of their pictures.
        training: how.
        report: called with how far it is.

    Raises:
        ModelError, ImageError: one sentence says why not; nothing was written.
    """
    is_large = check_checkpoint(model).stored_bytes > _LARGE_BYTES
    last = TrainingProgress("reading the model")

    def heed(told: Mapping[str, Any]) -> None:
        nonlocal last
        if "stage" in told:
            last = TrainingProgress(told["stage"], told.get("fraction", 0.0), told.get("loss"))
            report(last)

    try:
        with unfinished_folder(target) as unfinished, tempfile.TemporaryDirectory() as folder:
            _write_rows(Path(folder), rows, source)
            with without_code(model) as seen:
                task = {"model": str(seen), "rows": folder, "target": str(unfinished)}
                how = asdict(training) | {"saves_memory": is_large}
                run_side_program(_PROGRAM, [json.dumps(task | how)], heed)
            unfinished.rename(target)
    except SideProgramFailed as error:
        raise ModelError(
            f"{target.name} could not be trained ({error}); choose fewer or shorter conversations, "
            f"or another model."
        ) from error
    except OSError as error:
        raise ModelError(f"{target} can't be written: {error.strerror}.") from error
    return last.loss


def _write_rows(folder: Path, rows: Sequence[TrainingRow], source: PictureSource) -> None:
    pictures: dict[tuple[str, int], Path] = {}
    for picture in (it for row in rows for it in row.pictures):
        path = folder / f"{len(pictures)}.png"
        if pictures.setdefault((picture.key, picture.pixel_budget), path) is path:
            _write_picture(path, picture, source)
    lines = [json.dumps(row.as_document(pictures)) for row in rows]
    (folder / "train.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _write_picture(path: Path, picture: Attachment, source: PictureSource) -> None:
    """Writes a picture to a file as the core shows it to the model."""
    most = (picture.pixel_budget or source.pixel_budget) * _TOKEN_PIXELS

    def fit(width: int, height: int) -> tuple[int, int]:
        scale = min(1.0, math.sqrt(most / (width * height)))
        return max(1, int(scale * width)), max(1, int(scale * height))

    stored = source.paths.picture(picture.sha256)
    if not stored.is_file():
        raise ImageError(f"{picture.label} is gone from {stored}; leave its conversation out.")
    with opened_image(
        stored, source.max_pixels, name=picture.label, excerpt=picture.excerpt
    ) as opened:
        opened.fitted(fit).save(path)
