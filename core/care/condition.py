"""What is the case in one respect of what is on disk, and whether that is mended."""

from typing import Literal

from msgspec import Struct

Health = Literal["good", "poor", "unknown"]
"""`poor`: something could be better, and the advice says how. `unknown`: nobody can tell here."""


class Condition(Struct, frozen=True):
    """What was found, in words that name no conversation, picture or user."""

    name: str
    """What was looked at."""
    found: str
    health: Health = "good"
    advice: str = ""
    """What to do, one sentence; empty where there is nothing to do."""
    can_repair: bool = False
    """Whether `seeshell doctor --repair` mends it."""


def counted(count: int, noun: str) -> str:
    """Returns a number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
