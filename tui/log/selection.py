"""The text that mouse or keyboard selected, in coordinates that stay true while the log grows.

A row's offset counts messages and lines within them, not lines from the top: these are estimates
until everything above has been rendered.
"""

from textual.geometry import Offset
from textual.selection import Selection

from .copied import copied_text
from .look import Look
from .transcript import Position, Transcript

_STRIDE = 1 << 20
"""More lines than any message has, and more characters than any line."""


def offset_of(position: Position) -> int:
    """Returns the y coordinate of a line in selections."""
    return position.message * _STRIDE + position.line


def selection_of_lines(first: Position, last: Position) -> Selection:
    """Returns what covers two lines and all between them."""
    return Selection(Offset(0, offset_of(first)), Offset(_STRIDE, offset_of(last)))


def selection_between(start: tuple[Position, int], end: tuple[Position, int]) -> Selection:
    """Returns what covers the text between two characters, the second one not included."""
    first, last = (Offset(character, offset_of(line)) for line, character in (start, end))
    return Selection(first, last)


def span_of(selection: Selection | None, position: Position) -> tuple[int, int] | None:
    """Returns the characters of a line that are selected, or None."""
    return selection.get_span(offset_of(position)) if selection else None


def selected_text(selection: Selection, transcript: Transcript, look: Look) -> str:
    """Returns the selected text; lines that were only wrapped come together again."""
    if selection.start is None and selection.end is None:
        return "\n\n".join(view.text for view in transcript.views)
    first = _position(selection.start.y) if selection.start else Position(0, 0)
    last = _position(selection.end.y) if selection.end else transcript.end(look)
    pieces = []
    for message in range(first.message, min(last.message + 1, len(transcript.views))):
        for number, line in enumerate(transcript.lines(message, look)):
            position = Position(message, number)
            span = span_of(selection, position) if first <= position <= last else None
            if span is not None:
                pieces.append((line, *span))
    return copied_text(pieces)


def _position(offset: int) -> Position:
    return Position(*divmod(offset, _STRIDE))
