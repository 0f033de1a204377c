"""The colours of code, by Pygments."""

from collections.abc import Iterator
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType
from rich.segment import Segment
from rich.style import Style

from .palette import Palette

_NAMES = (Name.Function, Name.Class, Name.Decorator, Name.Tag, Name.Attribute)


def highlight(code: str, lexer: Lexer, palette: Palette) -> Iterator[list[Segment]]:
    """Yields the segments of each line."""
    line: list[Segment] = []
    # Some lexers see a comment only where a newline ends it.
    for kind, value in lexer.get_tokens(f"{code}\n"):
        style = _style(kind, palette)
        first, *others = value.split("\n")
        _add(line, first, style)
        for text in others:
            yield line
            line = []
            _add(line, text, style)


def _add(line: list[Segment], text: str, style: Style) -> None:
    """Adds text to a line; to its last segment where the style is the same."""
    if line and line[-1].style is style:
        line[-1] = Segment(line[-1].text + text, style)
    elif text:
        line.append(Segment(text, style))


@lru_cache(maxsize=512)
def _style(kind: _TokenType, palette: Palette) -> Style:
    if kind in Comment:
        return palette.comment
    if kind in String:
        return palette.string
    if kind in Number or kind in Keyword.Constant:
        return palette.number
    if kind in Keyword:
        return palette.keyword
    if any(kind in name for name in _NAMES):
        return palette.name
    return palette.code_block
