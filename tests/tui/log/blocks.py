"""Whole texts as blocks."""

from seeshell.tui.log.markdown import Block, BlockSplitter


def split_blocks(text: str) -> list[Block]:
    """Returns all blocks of a text that is complete."""
    splitter = BlockSplitter()
    return splitter.feed(text) + splitter.open_blocks()
