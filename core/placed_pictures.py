"""Pictures in the midst of a question's text, and how people write that.

    Compare @1 with @2.     both stand where they are named
    Which one is older?     all of them stand in front
    Is @2 like the rest?    the second is in the midst, the others stand in front

What is no number of a picture, or is part of a word as in an address, is text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_MARK: Final = re.compile(r"(?<![^\s(\[{\"'])@([1-9]\d{0,2})(?![\w@])")


def read_places(text: str, count: int) -> list[str | int]:
    """Returns what a question consists of in its order: texts, and the indices of its pictures.

    Each picture stands there once: where the text names it first, or before all text, which may
    begin with an empty one. If they come into another order by that, the numbers that are left in
    the text become those of the new order.

    Args:
        text: as it is written.
        count: of the question's pictures.
    """
    marks = {int(it[1]) - 1: it for it in reversed(list(_MARK.finditer(text)))}
    placed = sorted((it for it in marks if it < count), key=lambda it: marks[it].start())
    in_front = [it for it in range(count) if it not in marks]
    numbers = {str(old + 1): f"@{new}" for new, old in enumerate([*in_front, *placed], 1)}

    def read_text(start: int, end: int) -> str:
        return _MARK.sub(lambda mark: numbers.get(mark[1], mark[0]), text[start:end])

    pieces: list[str | int] = [*in_front]
    end = 0
    for index in placed:
        pieces += [read_text(end, marks[index].start()), index]
        end = marks[index].end()
    return [*pieces, read_text(end, len(text))] if end < len(text) else pieces


def write_places(pieces: Iterable[str | None]) -> str:
    """Returns a question's text as it is written, so that its pictures are read in their places.

    Args:
        pieces: texts, and None for each picture.
    """
    return "".join(_written(pieces))


def _written(pieces: Iterable[str | None]) -> Iterator[str]:
    number = 0
    has_begun = False
    for it in pieces:
        if it is not None:
            has_begun = True
            yield it
            continue
        number += 1
        if has_begun:
            yield f"@{number}"
