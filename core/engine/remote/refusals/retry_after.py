"""How long a server that is busy asks to wait, in any of the ways in which it may say so."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_AMOUNT: Final = r"(\d{1,15}(?:\.\d{1,15})?)"

_DURATION: Final = re.compile(
    rf"(?:{_AMOUNT}d)?(?:{_AMOUNT}h)?(?:{_AMOUNT}m(?!s))?(?:{_AMOUNT}s)?(?:{_AMOUNT}ms)?"
)
"""Without spaces, of which a server may send any number between any two parts."""

_SECONDS: Final = (86400, 3600, 60, 1, 0.001)

_SAID: Final = re.compile(
    r"(?:try again in|retry (?:again )?(?:in|after)|wait(?: for)?|retrydelay\W+|available in)\s+"
    r"(?:about |approximately )?((?:\d+(?:\.\d+)?\s*(?:ms|[dhms])[a-z]*[\s,]*)+)",
    re.IGNORECASE,
)

_RESETS: Final = (
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-reset",
    "x-ratelimit-reset",
    "ratelimit-reset",
)
"""When limits begin anew; of some the counterpart `remaining` says whether they are used up."""


def read_wait(headers: Mapping[str, str], said: str, now: float) -> float | None:
    """Returns the seconds to wait before asking again; None if nothing says so.

    Args:
        headers: of the answer, with names in lower case.
        said: the words of the error.
        now: seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = _read_time(headers.get("retry-after", ""), now)
    if asked is not None:
        return asked
    if match := _SAID.search(said):
        shortened = re.sub(r"(ms|[dhms])[a-z]*", lambda unit: unit[1].lower(), match[1])
        asked = _read_duration(shortened.replace(",", ""))
        if asked is not None:
            return asked
    resets = {name: _read_time(headers.get(name, ""), now) for name in _RESETS}
    known = {name: wait for name, wait in resets.items() if wait is not None}
    used_up = [wait for name, wait in known.items() if _is_used_up(name, headers)]
    return max(used_up) if used_up else min(known.values(), default=None)


def _is_used_up(reset: str, headers: Mapping[str, str]) -> bool:
    return _number(headers.get(reset.replace("reset", "remaining"), "")) == 0


def _read_time(value: str, now: float) -> float | None:
    """Returns the seconds from now that a number, a duration, a date or a moment means."""
    value = value.strip()
    number = _number(value)
    if number is not None:
        # A number this large is a moment, in seconds or milliseconds since 1970.
        moment = number / 1000 if number > 1e11 else number
        return max(0.0, moment - now) if moment > 1e9 else number
    duration = _read_duration(value)
    if duration is not None or not value:
        return duration
    try:
        date = datetime.fromisoformat(value) if value[0].isdigit() else parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


def _read_duration(value: str) -> float | None:
    """Returns the seconds of `1h2m3.5s`, `1h 2 m` and their like."""
    match = _DURATION.fullmatch("".join(value.split()))
    if match is None or not any(match.groups()):
        return None
    amounts = zip(match.groups(), _SECONDS, strict=True)
    return sum(float(amount) * seconds for amount, seconds in amounts if amount)


def _number(value: str) -> float | None:
    """Returns a number of at most 15 digits that is not negative."""
    is_number = re.fullmatch(r"\s*\d{1,15}(\.\d{0,15})?\s*", value)
    return float(value) if is_number else None
