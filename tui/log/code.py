"""Code on a ground of its own, with its syntax coloured where the language is known."""

from collections.abc import Iterator

from rich.segment import Segment

from .lexers import LEXERS
from .line import Line, fold, pad
from .palette import Palette


def render_code(code: str, language: str, width: int, palette: Palette) -> list[Line]:
    """Returns code as lines that fill `width`; longer lines go on in the next one."""
    lines = []
    margin = Segment(" ", palette.code_block)
    for segments in _code_lines(code, language, palette):
        for line in fold(segments, width - 2):
            padded = pad([margin, *line.segments], width, palette.code_block)
            fill = padded[1 + len(line.segments) :]
            margins = len(margin.text), sum(len(segment.text) for segment in fill)
            lines.append(line._replace(segments=padded, margins=margins))
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
