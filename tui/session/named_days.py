"""Days, months and years as people type them, and when each begins and ends here. Pure."""

import re
import time
from typing import Final

_NAMED: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO: Final = re.compile(r"(\d{1,5})([dwmy])")
_DAYS_OF: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_BACK: Final = {"today": 0, "yesterday": 1}

Times = tuple[float, float]
"""When something begins, and when it is over, in seconds since the epoch."""


def times_of(text: str, now: float) -> Times | None:
    """Returns the times of `2026`, `2026-05`, `2026-05-03`, `7d` ago, `today`; None for others.

    Raises:
        ValueError: there is no such day.
    """
    word = text.lower()
    if word in _BACK:
        return _days_ago(_BACK[word], now)
    if ago := _AGO.fullmatch(word):
        return _days_ago(int(ago[1]) * _DAYS_OF[ago[2]], now)
    if named := _NAMED.fullmatch(word):
        year, month, day = (int(it) if it else None for it in named.groups())
        return _calendar_times(year or 0, month, day)
    return None


def _days_ago(days: int, now: float) -> Times:
    today = time.localtime(now)
    year, month, day = today.tm_year, today.tm_mon, today.tm_mday - days
    return _midnight(year, month, day), _midnight(year, month, day + 1)


def _calendar_times(year: int, month: int | None, day: int | None) -> Times:
    start = _midnight(year, month or 1, day or 1)
    begun = time.localtime(start)
    if (begun.tm_year, begun.tm_mon, begun.tm_mday) != (year, month or 1, day or 1):
        raise ValueError("there is no such day")
    if day:
        return start, _midnight(year, begun.tm_mon, day + 1)
    return start, _midnight(year, begun.tm_mon + 1, 1) if month else _midnight(year + 1, 1, 1)


def _midnight(year: int, month: int, day: int) -> float:
    """Returns when a day begins; a day or month beyond the last one is counted on."""
    try:
        return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))
    except OverflowError as error:
        raise ValueError("there is no such day") from error
