"""Pieces of a row as runs of one style, and what of them has changed."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from rich.segment import Segment
from rich.style import Style

SURE: Final = (
    " -~\xa0-\xac\xae-\u02ff\u0370-\u0373\u0376-\u0377\u037b-\u037d\u0391-\u03a1\u03a3-\u03ff"
    "\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u22ff"
    "\u2400-\u2426\u2500-\u25fc"
)
"""Characters, as ranges of a pattern, of which every terminal draws each in one cell."""

_STEADY: Final = (
    "\u3000-\u303e\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
)
"""Characters of which every terminal draws each in two cells."""

_ALL_SURE: Final = re.compile(f"[{SURE}]*+")


class Run(NamedTuple):
    """Characters of one style."""

    text: str
    style: Style | None


Runs = tuple[Run, ...]


def runs_of(segments: Iterable[Segment]) -> Runs:
    """Returns segments as runs, neighbours of one style as one."""
    runs: list[Run] = []
    for text, style, control in segments:
        if control or not text:
            continue
        if runs and (runs[-1].style is style or runs[-1].style == style):
            runs[-1] = Run(runs[-1].text + text, style)
        else:
            runs.append(Run(text, style))
    return tuple(runs)


def is_sure(runs: Runs) -> bool:
    """Returns whether every terminal gives each character of the runs one cell."""
    return all(_ALL_SURE.fullmatch(run.text) for run in runs)


# It takes a millisecond to compile, which most first frames can do without.
@cache
def _all_steady() -> re.Pattern[str]:
    return re.compile(f"[{SURE}{_STEADY}]*+")


def is_steady(runs: Runs) -> bool:
    """Returns whether every terminal draws the runs equally wide."""
    return all(_all_steady().fullmatch(run.text) for run in runs)


def changed_cells(old: Runs, new: Runs) -> tuple[int, int]:
    """Returns from which cell to which two pieces differ, whose characters take one cell each."""
    total = sum(len(run.text) for run in new)
    if total != sum(len(run.text) for run in old):
        return 0, total
    start = _common(old, new, _common_start)
    if start == total:
        return 0, 0
    end = total - _common(old[::-1], new[::-1], _common_end)
    return start, max(start, end)


def cut(runs: Runs, start: int, end: int) -> Runs:
    """Returns the characters from `start` to `end`."""
    parts = []
    position = 0
    for text, style in runs:
        stop = position + len(text)
        if stop > start and position < end:
            parts.append(Run(text[max(0, start - position) : end - position], style))
        position = stop
    return tuple(parts)


def _common_start(one: str, other: str) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


def _common_end(one: str, other: str) -> int:
    return _common_start(one[::-1], other[::-1])


def _common(old: Sequence[Run], new: Sequence[Run], common_text: Callable[[str, str], int]) -> int:
    """Returns how many characters are the same, style and all, until the first that is not."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one == other:
            count += len(one.text)
            continue
        if one.style == other.style:
            count += common_text(one.text, other.text)
        break
    return count
