"""Whole texts as blocks and as lines."""

from seeshell.tui.log.answer_text import AnswerText
from seeshell.tui.log.line import Line
from seeshell.tui.log.markdown import Block, BlockSplitter
from seeshell.tui.log.palette import Palette


def split_blocks(text: str) -> list[Block]:
    """Returns all blocks of a text that is complete."""
    splitter = BlockSplitter()
    return splitter.feed(text) + splitter.end() + splitter.open_blocks()


def render_text(text: str, width: int, palette: Palette) -> list[Line]:
    """Returns the lines of a text that is complete."""
    return AnswerText(width, palette).read(text, is_complete=True)
