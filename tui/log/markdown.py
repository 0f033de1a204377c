"""The text of an answer cut into blocks while it streams: a finished block never changes again.

A block ends at a blank line outside a code fence. Long ones end earlier, where it shows least:
code between two top-level statements, a table after some rows, a list before an item. So however
an answer goes on, little is left open, and only that is rendered again. Where a cut falls depends
on the text alone and not on the pieces in which it arrived.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

BlockKind = Literal["prose", "code", "table"]

PROSE_CHARACTERS = 1200
"""Longer prose is cut before a line that can stand alone, three times longer before any line."""
LINE_CHARACTERS = 4000
"""A line longer than this is cut at the next space, or at twice as many without one."""
CODE_LINES = 20
"""Code longer than this is cut before the next top-level line after an empty one."""
CODE_LINES_AT_MOST = 60
"""Code longer than this is cut anywhere."""
TABLE_ROWS = 40
"""A table is cut after so many rows; the first ones settle the widths of its columns."""

_FENCE = re.compile(r"(?P<lead> *(?:(?:[-*+]|\d{1,9}[.)]) +)?)(?P<mark>`{3,}|~{3,})(?P<info>.*)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: |$)")
_DELIMITER_CELL = re.compile(r"\s*:?-+:?\s*")


class Block(NamedTuple):
    """A piece of Markdown that can be rendered on its own."""

    kind: BlockKind
    text: str
    """Lines of prose; lines of code without the fence; rows of a table without its head."""
    margin: int = 0
    """Cells to indent by: the block goes on with a list item."""
    has_gap: bool = False
    """Whether an empty line stands before it."""
    language: str = ""
    """What a fence says about its code."""
    head: str = ""
    """A table's header and delimiter lines."""
    sample: str = ""
    """The rows that settle a table's column widths; empty when they are `text` itself."""


class _Fence(NamedTuple):
    margin: int
    mark: str
    language: str

    def is_closed_by(self, line: str) -> bool:
        """Returns whether a line ends the code."""
        stripped = line.strip()
        return len(stripped) >= len(self.mark) and not stripped.strip(self.mark[0])


class BlockSplitter:
    """Takes text as it arrives and gives back the blocks that are finished."""

    def __init__(self) -> None:
        self._partial = ""
        self._lines: list[str] = []
        self._fence: _Fence | None = None
        self._head = ""
        self._sample = ""
        self._margin = 0
        self._has_gap = False
        self._is_first = True
        self._in_list = False

    def feed(self, text: str) -> list[Block]:
        """Adds text and returns the blocks that it finished."""
        self._partial += text
        finished: list[Block] = []
        for line in self._whole_lines():
            finished += self._take(line)
        return finished

    def open_blocks(self) -> list[Block]:
        """Returns what is not finished, as it would be if the text ended here."""
        ending = self._copy()
        finished = ending._take(ending._partial) if ending._partial else []
        return finished + ending._close()

    def _copy(self) -> "BlockSplitter":
        copy = BlockSplitter()
        copy.__dict__.update(self.__dict__)
        copy._lines = list(self._lines)
        return copy

    def _whole_lines(self) -> Iterator[str]:
        """Yields complete lines, and the parts of one that is too long to wait for."""
        start = 0
        text = self._partial
        while True:
            end = text.find("\n", start)
            cut = _long_line_cut(text, start, len(text) if end < 0 else end)
            if cut:
                yield text[start:cut]
                start = cut
            elif end < 0:
                break
            else:
                yield text[start:end]
                start = end + 1
        self._partial = text[start:]

    def _take(self, line: str) -> list[Block]:
        if self._fence:
            return self._take_code(self._fence, line)
        if not line.strip():
            finished = self._close()
            self._has_gap = not self._is_first
            return finished
        fence = _FENCE.fullmatch(line)
        if fence and self._opens_fence(fence):
            return self._open_fence(fence)
        if self._head:
            return self._take_row(line)
        return self._take_prose(line)

    def _opens_fence(self, match: re.Match[str]) -> bool:
        is_code = "`" not in match["info"] or match["mark"][0] == "~"
        return is_code and (self._in_list or len(match["lead"]) < 4 or bool(match["lead"].strip()))

    def _open_fence(self, match: re.Match[str]) -> list[Block]:
        finished = self._close()
        lead, info = match["lead"], match["info"].split()
        if lead.strip():
            finished += [self._block("prose", lead.rstrip())]
            self._in_list = True
        self._fence = _Fence(len(lead), match["mark"], info[0] if info else "")
        return finished

    def _take_code(self, fence: _Fence, line: str) -> list[Block]:
        if fence.is_closed_by(line):
            finished = self._close()
            self._fence = None
            return finished
        line = _dedent(line, fence.margin)
        finished = []
        count = len(self._lines)
        is_between = line[:1].strip() and count and not self._lines[-1].strip()
        if count >= CODE_LINES_AT_MOST or (count >= CODE_LINES and is_between):
            finished = self._close()
        self._lines.append(line)
        return finished

    def _take_row(self, line: str) -> list[Block]:
        if "|" not in line:
            return self._close() + self._take_prose(line)
        finished = []
        if len(self._lines) >= TABLE_ROWS:
            head, sample = self._head, self._sample or "\n".join(self._lines)
            finished = self._close()
            self._head, self._sample = head, sample
        self._lines.append(line)
        return finished

    def _take_prose(self, line: str) -> list[Block]:
        finished: list[Block] = []
        if not self._lines:
            self._begin_prose(line)
        elif _is_table_head(self._lines[-1], line):
            return self._open_table(line)
        elif self._is_cut_before(line):
            finished = self._close()
            self._begin_prose(line)
        self._lines.append(_dedent(line, self._margin))
        return finished

    def _begin_prose(self, line: str) -> None:
        indent = len(line) - len(line.lstrip(" "))
        is_item = bool(_ITEM.match(line))
        if indent == 0:
            self._in_list = is_item
        self._margin = indent if self._in_list else 0
        self._in_list = self._in_list or is_item

    def _is_cut_before(self, line: str) -> bool:
        length = sum(map(len, self._lines)) + len(self._lines)
        stands_alone = not line.startswith(" ") or _ITEM.match(line)
        return length > PROSE_CHARACTERS * (1 if stands_alone else 3)

    def _open_table(self, delimiter: str) -> list[Block]:
        header, margin = self._lines.pop(), self._margin
        finished = self._close()
        self._head, self._margin = f"{header}\n{_dedent(delimiter, margin)}", margin
        return finished

    def _close(self) -> list[Block]:
        """Returns the open block, if there is one, and starts afresh."""
        text = "\n".join(self._lines)
        finished = []
        if self._fence:
            if self._lines:
                finished = [self._block("code", text)]
        elif self._head:
            finished = [self._block("table", text)]
        elif self._lines:
            finished = [self._block("prose", text)]
        self._lines = []
        self._head = self._sample = ""
        return finished

    def _block(self, kind: BlockKind, text: str) -> Block:
        fence = self._fence
        block = Block(
            kind,
            text,
            margin=fence.margin if fence else self._margin,
            has_gap=self._has_gap,
            language=fence.language if fence else "",
            head=self._head,
            sample=self._sample,
        )
        self._has_gap = self._is_first = False
        return block


def _long_line_cut(text: str, start: int, end: int) -> int:
    """Returns where a long line is cut, or 0; the same wherever the text so far ends."""
    if end - start <= LINE_CHARACTERS:
        return 0
    limit = start + 2 * LINE_CHARACTERS
    space = text.find(" ", start + LINE_CHARACTERS, min(end, limit))
    if space >= 0:
        return space + 1 if space + 1 < end else 0
    return limit if end > limit else 0


def _dedent(line: str, margin: int) -> str:
    return line[min(margin, len(line) - len(line.lstrip(" "))) :]


def _is_table_head(header: str, delimiter: str) -> bool:
    if "|" not in header or "-" not in delimiter:
        return False
    cells = delimiter.strip().strip("|").split("|")
    return all(map(_DELIMITER_CELL.fullmatch, cells)) and len(cells) == _count_cells(header)


def _count_cells(row: str) -> int:
    return len(re.split(r"(?<!\\)\|", row.strip().strip("|")))
