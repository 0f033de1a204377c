"""The text of an answer cut into blocks while it streams: a finished block never changes again.

markdown-it reads the open end of the text, and all that stands before the innermost open block is
finished. What would stay open for long is cut by its length: code between two top-level
statements, a table after some rows. A cut within a list, a fence or a table is followed by text
that begins with their markers, so that every block is Markdown that can be read on its own. Where
a cut falls depends on the text alone and not on the pieces in which it arrived.
"""

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final, NamedTuple

from markdown_it.token import Token

from ..markdown.grammar import GRAMMAR, References
from ..markdown.patience import GaveUp, Patience
from .cuts import (
    TABLE_HEAD,
    Place,
    children,
    find_leaves,
    find_long_cut,
    find_open,
    has_gap,
    opening_line,
    put_inside,
    without_markers,
)

LINE_CHARACTERS: Final = 4000
"""A line longer than this is cut at the next space, or at twice as many without one."""
LINES_AT_ONCE: Final = 32
"""Lines that are read together, so that a long text too becomes blocks of moderate length."""

_PATIENCE: Final = Patience()
_HEADS: Final = {"fence": 1, "table_open": TABLE_HEAD}
"""Lines at the start of code and tables that say what those below them are."""


class Block(NamedTuple):
    """A piece of Markdown that can be rendered on its own."""

    text: str
    continued: int = 0
    """How many items and quotes it goes on with: their markers are its first line."""
    has_gap: bool = False
    """Whether an empty row stands before it, within those."""
    goes_on: bool = False
    """Whether its first code or table goes on with that of the block before."""
    sample: str = ""
    """The block whose table decides the widths of its columns."""
    may_go_on: bool = False
    """Whether more of it may follow."""
    is_unread: bool = False
    """Whether it can't be read in time, and is shown as it was written."""


class _Tail(NamedTuple):
    """The text that is not finished, whole lines only, and how it begins."""

    lines: list[str]
    continued: int = 0
    has_gap: bool = False
    goes_on: bool = False
    sample: str = ""

    def block(self, start: int, end: int, has_gap: bool) -> Block:
        """Returns some of its lines as a block."""
        text = "\n".join(self.lines[start:end])
        if start:
            return Block(text, has_gap=has_gap)
        return Block(text, self.continued, self.has_gap, self.goes_on, self.sample)


class BlockSplitter:
    """Takes text as it arrives and gives back the blocks that are finished."""

    def __init__(self) -> None:
        self.references: References = {}
        """The links that have been defined so far, anywhere in the text."""
        self._partial = ""
        self._tail = _Tail([])
        self._is_complete = False

    def feed(self, text: str) -> list[Block]:
        """Adds text and returns the blocks that it finished."""
        self._partial += text
        finished: list[Block] = []
        lines = self._whole_lines()
        while fresh := list(islice(lines, LINES_AT_ONCE)):
            self._tail.lines.extend(fresh)
            finished += self._cut()
        return finished

    def end(self) -> list[Block]:
        """Takes the text for complete and returns the blocks that this finished."""
        self._is_complete = True
        last, self._partial = self._partial, ""
        if last:
            self._tail.lines.append(last)
        return self._cut()

    def open_blocks(self) -> list[Block]:
        """Returns what is not finished, as it would be if the text ended here."""
        ending = BlockSplitter()
        ending.references = dict(self.references)
        ending._tail = self._tail._replace(lines=list(self._tail.lines))
        finished = ending.feed(f"{self._partial}\n") if self._partial else []
        lines = ending._tail.lines
        if not any(lines):
            return finished
        last = ending._tail.block(0, len(lines), False)
        return [*finished, last._replace(may_go_on=not self._is_complete)]

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

    def _cut(self) -> list[Block]:
        """Returns the finished blocks of the tail, which becomes what is left."""
        finished: list[Block] = []
        while True:
            lines = self._tail.lines
            try:
                tokens = _PATIENCE.run(self._read)
            except GaveUp:
                finished.append(self._tail.block(0, len(lines), False)._replace(is_unread=True))
                tokens = []
            if not tokens:
                self._tail = _Tail([])
                return finished
            for leaf in find_leaves(tokens):
                if cut := find_long_cut(leaf, lines):
                    finished += self._take(tokens, cut)
                    self._tail = self._rest_of_long(leaf, cut)
                    break
            else:
                if found := find_open(tokens):
                    before, place = found
                    finished += self._take(tokens, place.start)
                    gap = has_gap(before, place.token, lines)
                    self._tail = _open_again(place, lines, lines[place.start :], has_gap=gap)
                return finished

    def _read(self) -> list[Token]:
        text = "\n".join([*self._tail.lines, ""])
        return GRAMMAR.read_blocks(text, self.references, may_go_on=not self._is_complete)

    def _take(self, tokens: list[Token], end: int) -> list[Block]:
        """Returns the lines of the tail down to `end`, each outermost block on its own."""
        outermost = [token for token in children(tokens) if token.map and token.map[0] < end]
        finished = []
        start, gap = 0, False
        for before, token in pairwise(outermost):
            stop = (token.map or [0])[0]
            finished.append(self._tail.block(start, stop, gap))
            start, gap = stop, has_gap(before, token, self._tail.lines)
        return [*finished, self._tail.block(start, end, gap)]

    def _rest_of_long(self, place: Place, cut: int) -> _Tail:
        """Returns what follows a cut by length, below the head of what goes on there."""
        lines, start, kind = self._tail.lines, place.start, place.token.type
        if kind == "code_block":
            return _open_again(place, lines, lines[cut:], goes_on=True)
        if kind not in _HEADS:
            text = put_inside(place, lines[cut], lines)
            return _open_again(place, lines, [text, *lines[cut + 1 :]])
        rows = start + _HEADS[kind]
        head = [without_markers(place, lines), *lines[start + 1 : rows]]
        rest = _open_again(place, lines, [*head, *lines[cut:]], goes_on=True)
        if kind == "table_open":
            table = _open_again(place, lines, [*head, *lines[rows:cut]])
            is_first = start <= (1 if self._tail.continued else 0)
            sample = (self._tail.sample if is_first else "") or "\n".join(table.lines)
            return rest._replace(sample=sample)
        return rest


def _open_again(
    place: Place, lines: list[str], rest: list[str], *, has_gap: bool = False, goes_on: bool = False
) -> _Tail:
    """Returns lines that begin within what is around a block."""
    opening = [opening_line(place, lines)] if place.around else []
    return _Tail([*opening, *rest], len(place.around), has_gap, goes_on)


def _long_line_cut(text: str, start: int, end: int) -> int:
    """Returns where a long line is cut, or 0; the same wherever the text so far ends."""
    if end - start <= LINE_CHARACTERS:
        return 0
    limit = start + 2 * LINE_CHARACTERS
    space = text.find(" ", start + LINE_CHARACTERS, min(end, limit))
    if space >= 0:
        return space + 1 if space + 1 < end else 0
    return limit if end > limit else 0
