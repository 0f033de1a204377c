"""The word at a cell of a line, as a double click selects it."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from rich.cells import cell_len
from textual.selection import Selection

from .line import Line
from .look import Look
from .selection import selection_between
from .transcript import Position, Transcript

_WORD: Final = re.compile(r"w+(?:[-'’./\\:@~?&=%+#]+w+)*")
"""A word, every letter of it a `w`, with what holds names, addresses and paths together."""
_JOINERS: Final = "_\u200c\u200d"


def select_word(
    transcript: Transcript, look: Look, position: Position, cell: int
) -> Selection | None:
    """Returns what covers the word at a cell of a line; None where there is none."""
    word = word_at(transcript.lines(position.message, look), position.line, cell)
    if word is None:
        return None
    begin, end = ((position._replace(line=line), character) for line, character in word)
    return selection_between(begin, end)


def word_at(
    lines: Sequence[Line], number: int, cell: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Returns where a word begins and ends; None where there is none.

    A word that was wrapped is found whole.

    Args:
        lines: of one message.
        number: of the line in which the cell is.
        cell: counted from the line's start.

    Returns:
        Twice the number of a line and that of a character in it.
    """
    first = last = number
    while first > 0 and not lines[first].joint:
        first -= 1
    while last + 1 < len(lines) and not lines[last + 1].joint:
        last += 1
    texts = [_text(line) for line in lines[first : last + 1]]
    starts = list(accumulate(map(len, texts), initial=0))
    character = _character(lines[number], cell) - lines[number].margins[0]
    if not 0 <= character < len(texts[number - first]):
        return None
    at = starts[number - first] + character
    letters = "".join("w" if _is_letter(it) else it for text in texts for it in text)
    for word in _WORD.finditer(letters):
        if word.start() <= at < word.end():
            places = (word.start(), word.end() - 1)
            begin, end = (_place(lines, first, starts, place) for place in places)
            return begin, (end[0], end[1] + 1)
    return None


def _text(line: Line) -> str:
    before, behind = line.margins
    return line.text[before : len(line.text) - behind]


def _character(line: Line, cell: int) -> int:
    """Returns which character covers a cell, or how many there are."""
    column = 0
    for index, character in enumerate(line.text):
        column += cell_len(character)
        if column > cell:
            return index
    return len(line.text)


def _is_letter(character: str) -> bool:
    return (
        character.isalnum()
        or character in _JOINERS
        or unicodedata.category(character).startswith("M")
    )


def _place(lines: Sequence[Line], first: int, starts: Sequence[int], place: int) -> tuple[int, int]:
    row = next(row for row in reversed(range(len(starts) - 1)) if starts[row] <= place)
    return first + row, place - starts[row] + lines[first + row].margins[0]
