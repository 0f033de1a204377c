"""Quantises a model in a process of its own, into a folder that is there whole or not at all."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import ModelError, ModelUnsupported
from .codeless import without_code
from .config import read_json
from .licence import CARD_FILE
from .memory import format_bytes
from .preflight import check_checkpoint
from .progress import LoadProgress
from .quantisation import describe_quantisation, is_quantised
from .side_program import SideProgramFailed, run_side_program, unfinished_folder
from .weights import Weights

BITS: Final = ("4", "8", "mixed_4_6")
"""How many bits a weight may get; the last gives the layers that matter most 6."""

_PROGRAM: Final = f"{__package__}.quantising_program"

_STORED_BITS: Final = {"4": 4.5, "8": 8.5, "mixed_4_6": 5.2}
"""Bits of a weight with its share of scale and bias; of the mixed one in Qwen3-VL-4B."""


@dataclass(frozen=True)
class Quantised:
    """A model that was made."""

    folder: Path
    before_bytes: int
    """Weights of the source."""
    after_bytes: int
    quantisation: str


def quantise(
    source: Path, target: Path, bits: str, report: Callable[[LoadProgress], None]
) -> Quantised:
    """Writes a quantised version of a model; its vision tower stays as it is.

    Args:
        source: the model's folder.
        target: where the new one goes, which must not be there.
        bits: one of `BITS`.
        report: called with the stages.

    Raises:
        ModelError: one sentence says why not; nothing was written.
    """
    before = check_source(source)
    if target.exists():
        raise ModelError(f"{target} is there already; remove it, or name another folder by --to.")
    try:
        _check_disk(target, _estimate(before, bits))
        with unfinished_folder(target) as unfinished:
            with without_code(source) as seen:
                _run(seen, unfinished, bits, report)
            _keep_card(source, unfinished)
            after = check_checkpoint(unfinished, str(target))
            stored = describe_quantisation(read_json(unfinished / "config.json"), after.tensors)
            unfinished.rename(target)
    except OSError as error:
        raise ModelError(f"{target} can't be written: {error.strerror}.") from error
    return Quantised(target, before.stored_bytes, after.stored_bytes, stored)


def check_source(source: Path) -> Weights:
    """Returns the weights of a model that can be quantised.

    Raises:
        ModelError: it can't be run, or is quantised already.
    """
    weights = check_checkpoint(source)
    config = read_json(source / "config.json")
    if is_quantised(config):
        stored = describe_quantisation(config, weights.tensors)
        raise ModelUnsupported(
            f"{source} is quantised already ({stored}); give the model that it was made from."
        )
    return weights


def _check_disk(target: Path, needed: int) -> None:
    """Raises ModelError unless there is room for so many bytes beside the target."""
    place = next(it for it in target.parents if it.exists())
    free = shutil.disk_usage(place).free
    if needed > free:
        raise ModelError(
            f"The quantised model needs about {format_bytes(needed)} below {target.parent}, where "
            f"{format_bytes(free)} are free; make room, or name another folder by --to."
        )


def _estimate(weights: Weights, bits: str) -> int:
    """Returns about what the quantised weights will take."""
    whole = weights.vision_bytes
    is_half = 2 * weights.half_precision_bytes > weights.stored_bytes
    share = _STORED_BITS[bits] / (16 if is_half else 32)
    return int(whole + (weights.stored_bytes - whole) * share)


def _run(source: Path, target: Path, bits: str, report: Callable[[LoadProgress], None]) -> None:
    def heed(told: Mapping[str, Any]) -> None:
        if "stage" in told:
            report(LoadProgress(str(told["stage"]), float(told.get("fraction", 0.0))))

    try:
        run_side_program(_PROGRAM, [str(source), str(target), bits], heed)
    except SideProgramFailed as error:
        raise ModelError(
            f"{source.name} could not be quantised ({error}); choose another model."
        ) from error


def _keep_card(source: Path, target: Path) -> None:
    """Copies the source's card, which states the licence, over the one that mlx-vlm writes."""
    if (source / CARD_FILE).is_file():
        shutil.copyfile(source / CARD_FILE, target / CARD_FILE)
