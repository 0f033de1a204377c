"""What is copied of lines: not their margins, and without the breaks that wrapping made."""

from collections.abc import Iterable

from .line import NO_PICTURE, Line


def copied_text(pieces: Iterable[tuple[Line, int, int]]) -> str:
    """Returns what is copied of lines, each with the span that is wanted of it."""
    parts: list[str] = []
    for line, start, end in pieces:
        parts += [line.joint if parts else "", _copied(line, start, end)]
    return "".join(parts)


def _copied(line: Line, start: int, end: int) -> str:
    """Returns what is copied of some characters; a negative end means to the end of the line."""
    if line.picture != NO_PICTURE:
        return ""
    text = line.text
    before, behind = line.margins
    stop = len(text) - behind
    copied = text[max(start, before) : stop if end < 0 else min(end, stop)]
    # Blanks between margins are the code's own; elsewhere they only fill a column.
    return copied if behind else copied.rstrip()
