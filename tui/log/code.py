"""Code on a ground of its own, with its syntax coloured where the language is known."""

from collections.abc import Iterator

from rich.segment import Segment

from .lexers import LEXERS
from .line import CODE_BEGINS, CODE_GOES_ON, TEXT_WIDTH, Line, cells_of, fold, pad
from .palette import Palette

WRAPPED = "↪"
"""Stands at the left of a line that only goes on with the one above."""


def render_code(
    code: str, language: str, width: int, palette: Palette, goes_on: bool = False
) -> list[Line]:
    """Returns code as lines; what is longer than `width` goes on in the next one.

    Args:
        code: without the newline at its end.
        language: as a fence names it; empty for none.
        width: cells across; the ground of short lines ends where running text does.
        palette: styles to draw in.
        goes_on: whether it belongs to the code above it.
    """
    lines: list[Line] = []
    ground = min(width, TEXT_WIDTH)
    margin = Segment(" ", palette.code_block)
    mark = Segment(WRAPPED, palette.comment)
    for segments in _code_lines(code, language, palette):
        for line in fold(segments, width - 2):
            before = margin if line.joint else mark
            drawn = [before, *line.segments]
            # At least a cell behind it, all of them in one segment.
            padded = pad(drawn, max(ground, cells_of(drawn) + 1), palette.code_block)
            margins = len(before.text), len(padded[-1].text)
            kind = CODE_GOES_ON if goes_on or lines else CODE_BEGINS
            lines.append(line._replace(segments=padded, margins=margins, code=kind))
    return lines


def _code_lines(code: str, language: str, palette: Palette) -> Iterator[list[Segment]]:
    """Yields the segments of each line."""
    lexer = LEXERS.find(language) if language else None
    if lexer:
        # Pygments takes as long to import as all of this package.
        from .highlight import highlight

        yield from highlight(code, lexer, palette)
        return
    for text in code.split("\n"):
        yield [Segment(text, palette.code_block)]
