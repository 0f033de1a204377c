"""Blocks as lines within a bound of time; what would take longer is shown as it was written.

An answer may be made to keep a parser busy for hours: a code block of 200 bytes does.
"""

from collections.abc import Iterator
from functools import partial

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from .lexers import LEXERS
from .line import BLANK, Line
from .markdown import Block
from .palette import Palette
from .patience import GaveUp, Patience
from .render import render_block

_PATIENCE = Patience()


def render_bounded(block: Block, width: int, palette: Palette) -> list[Line]:
    """Returns a block as lines of at most `width` cells, the gap before it included.

    Code that takes too long is drawn without colours, other text without its marks.
    """
    if block.language:
        LEXERS.expect(block.language)
    for attempt in [block, block._replace(language="")] if block.language else [block]:
        try:
            return _PATIENCE.run(partial(render_block, attempt, width, palette))
        except GaveUp:
            continue
    return render_as_written(block, width, palette)


def render_as_written(block: Block, width: int, palette: Palette) -> list[Line]:
    """Returns the text of a block, cut where a line is full."""
    style = palette.code_block if block.kind == "code" else palette.base
    text = f"{block.head}\n{block.text}" if block.head else block.text
    lines = list(_cut_lines(text, width, style))
    return [BLANK, *lines] if block.has_gap else lines


def _cut_lines(text: str, width: int, style: Style) -> Iterator[Line]:
    for line in text.split("\n"):
        # What is not ASCII is not measured, which takes long too: no character takes three cells.
        is_narrow = line.isascii() or (len(line) <= width and cell_len(line) <= width)
        step = max(1, width if is_narrow else width // 2)
        for start in range(0, max(1, len(line)), step):
            yield Line([Segment(line[start : start + step], style)], "" if start else "\n")
