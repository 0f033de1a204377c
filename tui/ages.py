"""Moments as people say them: how long ago, and when that was."""

import time
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
_LONG: Final = (("year", 365 * _DAY), ("month", 30 * _DAY), ("week", _WEEK))


def age(then: float, now: float | None = None) -> str:
    """Returns how long ago a moment was, in seven characters at most; after a week its date."""
    now = time.time() if now is None else now
    seconds = max(now - then, 0)
    if seconds < _WEEK:
        return _short(seconds)
    day, today = time.localtime(then), time.localtime(now)
    return time.strftime("%d %b" if day.tm_year == today.tm_year else "%b %Y", day)


def moment(then: float, now: float) -> str:
    """Returns a moment's day and time, and how long ago it was: `26 Nov 14:03 (2 h ago)`."""
    day, today = time.localtime(then), time.localtime(now)
    date = "" if day[:3] == today[:3] else "%d %b " if day[0] == today[0] else "%d %b %Y "
    return f"{time.strftime(f'{date}%H:%M', day)} ({_ago(max(now - then, 0))})"


def _ago(seconds: float) -> str:
    for unit, length in _LONG:
        if count := int(seconds // length):
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now" if seconds < _MINUTE else f"{_short(seconds)} ago"


def _short(seconds: float) -> str:
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    return f"{int(seconds // _HOUR)} h" if seconds < _DAY else f"{int(seconds // _DAY)} d"
