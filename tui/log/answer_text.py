"""The text of an answer as lines; of one that still streams only the open end is done again."""

import re
from typing import Final, NamedTuple

from markdown_it.common.utils import normalizeReference

from .bounded import render_bounded
from .line import CODE_BEGINS, NOT_CODE, NOT_TABLE, TABLE_BEGINS, Line
from .markdown import Block, BlockSplitter
from .palette import Palette

_LABEL: Final = re.compile(r"\[([^\[\]]{1,999})\]")


class _Waiting(NamedTuple):
    """A finished block that may name links which have not been defined yet."""

    block: Block
    first: int
    """Its first line."""
    end: int
    """The line behind it."""
    labels: frozenset[str]


class AnswerText:
    """Renders Markdown as it arrives."""

    def __init__(self, width: int, palette: Palette) -> None:
        self._width = width
        self._palette = palette
        self._splitter = BlockSplitter()
        self._finished: list[Line] = []
        self._waiting: list[_Waiting] = []
        self._defined = 0
        self._drawn: dict[Block, list[Line]] = {}
        """The blocks of the open end, as they were last drawn."""

    def read(self, text: str, *, is_complete: bool) -> list[Line]:
        """Adds text and returns all lines; those of finished blocks are the same objects as before.

        Args:
            text: what came since the last time.
            is_complete: whether nothing follows.
        """
        blocks = self._splitter.feed(text)
        if is_complete:
            blocks += self._splitter.end()
        if len(self._splitter.references) > self._defined:
            self._defined = len(self._splitter.references)
            self._drawn = {}
            self._resolve()
        for block in blocks:
            self._finish(block)
        lines = list(self._finished)
        drawn = {}
        for block in self._splitter.open_blocks():
            drawn[block] = self._drawn.get(block) or self._render(block)
            lines += self._number(drawn[block], lines)
        self._drawn = drawn
        return lines

    def _finish(self, block: Block) -> None:
        first = len(self._finished)
        lines = self._drawn.get(block) or self._render(block)
        self._finished += self._number(lines, self._finished)
        if labels := self._undefined(block):
            self._waiting.append(_Waiting(block, first, len(self._finished), labels))

    def _resolve(self) -> None:
        """Renders the blocks again that were waiting for what has been defined."""
        moved = 0
        waiting, self._waiting = self._waiting, []
        for block, first, end, labels in waiting:
            start, stop = first + moved, end + moved
            if not labels.isdisjoint(self._splitter.references):
                lines = self._number(self._render(block), self._finished[:start])
                self._finished[start:stop] = lines
                moved += len(lines) - (end - first)
                stop, labels = start + len(lines), self._undefined(block)
            if labels:
                self._waiting.append(_Waiting(block, start, stop, labels))

    def _undefined(self, block: Block) -> frozenset[str]:
        """Returns what a block may name that has not been defined."""
        if "[" not in block.text:
            return frozenset()
        labels = _LABEL.findall(f"{block.sample}\n{block.text}")
        return frozenset(map(normalizeReference, labels)) - self._splitter.references.keys()

    def _render(self, block: Block) -> list[Line]:
        # What the open block seems to define may still change.
        references = dict(self._splitter.references)
        return render_bounded(block, self._width, self._palette, references)

    @staticmethod
    def _number(lines: list[Line], above: list[Line]) -> list[Line]:
        """Returns lines with the numbers of their code and tables, counted within the message."""
        if all((line.code, line.table) == (NOT_CODE, NOT_TABLE) for line in lines):
            return lines
        code = next((line.code for line in reversed(above) if line.code != NOT_CODE), 0)
        table = next((line.table for line in reversed(above) if line.table != NOT_TABLE), 0)
        numbered = []
        for line in lines:
            code += line.code == CODE_BEGINS
            table += line.table == TABLE_BEGINS
            if line.code != NOT_CODE:
                line = line._replace(code=code)
            numbered.append(line if line.table == NOT_TABLE else line._replace(table=table))
        return numbered
