"""What a check has found: a value with what to do about it."""

from msgspec import Struct

from ...core.care.condition import Health


class Finding(Struct, frozen=True):
    """What is the case in one respect."""

    name: str
    """What was looked at, in a word or two."""
    found: str
    """What is the case, and why."""
    health: Health = "good"
    advice: str = ""
    """What to do, one sentence; empty where there is nothing to do."""
    file: str = ""
    """Where the lines belong; empty for none."""
    lines: tuple[str, ...] = ()
    """What to write there, to the letter."""
