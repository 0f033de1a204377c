"""Blocks as lines within a bound of time; what would take longer is shown as it was written.

An answer may be made to keep a parser busy for hours: a code block of 200 bytes does.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from ..markdown.grammar import References
from ..markdown.patience import GaveUp, Patience
from .lexers import LEXERS
from .line import BLANK, Line
from .markdown import Block
from .palette import Palette
from .render import render_block

_PATIENCE = Patience()
_LANGUAGE: Final = re.compile(r"(?<![`~])(?:`{3,}+|~{3,}+) *+([^\s`~]++)")
_FENCES: Final = ("```", "~~~")
_LONGEST_COLOURED: Final = 2_000
"""Characters of a line of code. A regular expression looks at the clock every 4,096 steps, and each
of these may go through all of a line: with 4,000 and more that took 40 to 60 ms."""


def render_bounded(
    block: Block, width: int, palette: Palette, references: References
) -> list[Line]:
    """Returns a block as lines of at most `width` cells, the gap before it included.

    Code that takes too long is drawn without colours, other text without its marks.
    """
    for is_coloured in [] if block.is_unread else _attempts(block.text):
        draw = partial(render_block, block, width, palette, references, is_coloured)
        try:
            return _PATIENCE.run(draw)
        except GaveUp:
            continue
    return render_as_written(block, width, palette)


def _attempts(text: str) -> list[bool]:
    """Returns whether code is to have colours, in the order in which that is tried."""
    languages = _LANGUAGE.findall(text)
    if languages and any(len(line) > _LONGEST_COLOURED for line in text.split("\n")):
        return [False]
    for language in languages:
        LEXERS.expect(language)
    return [True, False] if languages else [True]


def render_as_written(block: Block, width: int, palette: Palette) -> list[Line]:
    """Returns the text of a block, cut where a line is full."""
    text = block.text.partition("\n")[2] if block.continued else block.text
    style = palette.code_block if text.lstrip().startswith(_FENCES) else palette.base
    lines = list(_cut_lines(text, width, style))
    return [BLANK, *lines] if block.has_gap else lines


def _cut_lines(text: str, width: int, style: Style) -> Iterator[Line]:
    for line in text.split("\n"):
        # What is not ASCII is not measured, which takes long too: no character takes three cells.
        is_narrow = line.isascii() or (len(line) <= width and cell_len(line) <= width)
        step = max(1, width if is_narrow else width // 2)
        for start in range(0, max(1, len(line)), step):
            yield Line([Segment(line[start : start + step], style)], "" if start else "\n")
