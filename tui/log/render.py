"""Blocks as lines: what `markdown` cuts, drawn at a width in a palette."""

from rich.segment import Segment

from .code import render_code
from .line import BLANK, Line, indent
from .markdown import Block
from .palette import Palette
from .prose import NARROWEST, render_prose
from .table import fit, read_table, render_rows, render_table, sample_widths


def render_block(block: Block, width: int, palette: Palette) -> list[Line]:
    """Returns a block as lines of at most `width` cells, the gap before it included."""
    cells = max(0, min(block.margin, width - NARROWEST))
    lines = _render(block, width - cells, palette)
    if cells:
        margin = Segment(" " * cells, palette.base)
        lines = indent(lines, margin, margin)
    return [BLANK, *lines] if block.has_gap else lines


def _render(block: Block, width: int, palette: Palette) -> list[Line]:
    if block.kind == "code":
        return render_code(block.text, block.language, width, palette)
    if block.kind == "table":
        return _render_table(block, width, palette)
    return render_prose(block.text, width, palette, depth=1 if block.margin else 0)


def _render_table(block: Block, width: int, palette: Palette) -> list[Line]:
    table = read_table(block.head, block.text, palette)
    if table is None:
        text = block.text if block.sample else f"{block.head}\n{block.text}"
        return render_prose(text, width, palette)
    if not block.sample:
        return render_table(table, table.natural_widths(), width, palette)
    widths = sample_widths(block.head, block.sample, palette)
    if fit(widths, width):
        return render_rows(table, fit(widths, width), palette)
    return [BLANK, *render_table(table, widths, width, palette)]
