"""Muted lines around an answer's text: what it thought first, and what is said of it."""

from rich.segment import Segment

from ...core.conversation import TurnStats
from ..visible import visible
from .line import BLANK, TEXT_WIDTH, Line, indent, without_tabs, wrap
from .look import Look

_THOUGHT_LINES = 12
"""Most lines of thoughts while they stand in for the answer's text."""


def muted(text: str, look: Look) -> list[Line]:
    """Returns a text in muted lines, set in a little."""
    margin = Segment("  ", look.palette.base)
    return indent(wrap([Segment(text, look.palette.muted)], look.width - 2), margin, margin)


def thoughts_above(thoughts: str, stats: TurnStats | None, look: Look) -> list[Line]:
    """Returns what stands above an answer's text: a line about the thoughts, or all of them."""
    thoughts = thoughts.strip()
    if look.shows_thoughts:
        return [*muted(visible(without_tabs(thoughts)), look), BLANK]
    count = len(thoughts.split())
    facts = [f"{count:,} words" if count > 1 else "a word"]
    if stats and stats.thought_tokens:
        facts = [f"{stats.thought_tokens:,} tokens", f"{stats.thought_seconds:.1f} s"]
    return muted(f"thought first: {', '.join(facts)}", look)


def last_thoughts(thoughts: str, look: Look) -> list[Line]:
    """Returns the end of the thoughts, as far as they have come: they stand in for a text."""
    # What the model came to stands last; the rest need not be wrapped.
    thoughts = thoughts.strip()
    shown = thoughts[-_THOUGHT_LINES * look.width :]
    lines = muted(visible(without_tabs(shown)).lstrip(), look)
    if len(lines) <= _THOUGHT_LINES and shown == thoughts:
        return lines
    return [*muted("…", look), *lines[1 - _THOUGHT_LINES :]]


def estimate_thoughts(thoughts: str, look: Look, *, has_text: bool) -> int:
    """Returns about how many lines the thoughts take, without rendering them."""
    if not thoughts:
        return 0
    if not has_text:
        return _THOUGHT_LINES
    if not look.shows_thoughts:
        return 1
    return 2 + thoughts.count("\n") + len(thoughts) // min(look.width, TEXT_WIDTH)
