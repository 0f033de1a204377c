"""Where open Markdown may be cut: a tree of its blocks, and the lines before which it is long.

CommonMark is read line by line: once a block has begun behind another one in the same container,
the other one is finished, whatever comes. What never finishes is cut by its length.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from markdown_it.token import Token

from ..markdown.maths import IS_OPEN, MATHS_BLOCK

PROSE_CHARACTERS: Final = 1200
"""Longer prose is cut before a line that can stand alone, three times longer before any line."""
PROSE_LINES: Final = 60
"""Prose of more lines is cut anywhere."""
CODE_LINES: Final = 20
"""Code longer than this is cut before the next top-level line after an empty one."""
CODE_LINES_AT_MOST: Final = 60
"""Code longer than this is cut anywhere."""
TABLE_ROWS: Final = 40
"""A table is cut after this many rows; the first ones decide the widths of its columns."""
TABLE_HEAD: Final = 2
"""Lines above the rows of a table."""

CODE: Final = frozenset({"fence", "code_block"})
_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open"})
_CONTAINERS: Final = _LISTS | {"list_item_open", "blockquote_open"}
_ITEM: Final = re.compile(r" *(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?=[^ ])| ?)")
_STARTS_ITEM: Final = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: |$)")
_BULLETS: Final = str.maketrans("-*", "++")
_QUOTE: Final = re.compile(r" {0,3}> ?")


class Place(NamedTuple):
    """A block by its token and the containers around it, outermost first; no lists among them."""

    token: Token
    around: tuple[Token, ...] = ()

    @property
    def start(self) -> int:
        """Its first line."""
        return (self.token.map or [0])[0]

    @property
    def end(self) -> int:
        """The line behind it."""
        return (self.token.map or [0, 0])[1]


def has_gap(before: Token, token: Token, lines: Sequence[str]) -> bool:
    """Returns whether an empty row stands between two blocks of the same container."""
    start = (token.map or [0])[0]
    if not lines[start - 1].strip(" >"):
        return True
    # What a line below makes a heading has been drawn as a paragraph.
    is_heading = token.type == "heading_open" and token.markup.startswith("#")
    return is_heading or (before.type in CODE and token.type in CODE)


def children(tokens: Sequence[Token], level: int = 0) -> list[Token]:
    """Returns the blocks of one level."""
    return [token for token in tokens if token.level == level and token.nesting >= 0]


def find_leaves(tokens: Sequence[Token]) -> Iterator[Place]:
    """Yields every block that holds no other blocks, in order."""
    around: list[Token] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.level == len(around) and token.nesting >= 0:
            is_container = token.type in _CONTAINERS
            if not is_container or following is None or following.nesting < 0:
                yield _place(token, around)
            if is_container:
                around.append(token)
        elif around and token.nesting < 0 and token.level == around[-1].level:
            around.pop()


def find_open(tokens: Sequence[Token]) -> tuple[Token, Place] | None:
    """Returns the innermost block that others precede in its container and that is still open.

    With the one before it; None where the text has but one block, which is open.
    """
    found = None
    around: list[Token] = []
    while siblings := children(tokens, len(around)):
        last = siblings[-1]
        is_undecided = len(siblings) > 1 and _is_undecided(siblings[-2], last)
        index = len(siblings) - (2 if is_undecided else 1)
        if index:
            found = siblings[index - 1], _place(siblings[index], around)
        if is_undecided or last.type not in _CONTAINERS:
            break
        tokens = tokens[_index(tokens, last) + 1 :]
        around.append(last)
    return found


def find_long_cut(place: Place, lines: Sequence[str]) -> int:
    """Returns the line before which a block is cut because of its length; 0 if it is not long."""
    start, end = place.start, place.end
    if place.token.type == "fence":
        return _code_cut(place.token.content, start + 1)
    if place.token.type == "code_block":
        return next(
            (n for n in range(start + CODE_LINES_AT_MOST, end) if lines[n - 1].strip(" >")), 0
        )
    if place.token.type == "table_open":
        cut = start + TABLE_HEAD + TABLE_ROWS
        return cut if cut < end else 0
    return _prose_cut(lines, start, end)


def opening_line(place: Place, lines: Sequence[str]) -> str:
    """Returns the markers of what is around a block: below them, its lines stand as they stood."""
    return "".join(_markers(place.around, lines))


def without_markers(place: Place, lines: Sequence[str]) -> str:
    """Returns the first line of a block, blanks in place of the items that begin with it."""
    line = lines[place.start]
    position = 0
    for container, marker in zip(place.around, _markers(place.around, lines), strict=True):
        if container.type == "blockquote_open":
            position += _quote_width(line[position:])
        else:
            if (container.map or [0])[0] == place.start:
                line = line[:position] + " " * len(marker) + line[position + len(marker) :]
            position += _blanks(line[position:], len(marker))
    return line


def put_inside(place: Place, text: str, lines: Sequence[str]) -> str:
    """Returns a line of a block that may stand there without what is around the block."""
    before = ""
    for container, marker in zip(place.around, _markers(place.around, lines), strict=True):
        is_quote = container.type == "blockquote_open"
        text = text[_quote_width(text) if is_quote else _blanks(text, len(marker)) :]
        before += marker if is_quote else " " * len(marker)
    return before + text.lstrip(" ")


def _markers(around: Sequence[Token], lines: Sequence[str]) -> list[str]:
    """Returns what makes each quote, and each item with its text indented as far as it is."""
    markers: list[str] = []
    for container in around:
        if container.type == "blockquote_open":
            markers.append("> ")
            continue
        first = (container.map or [0])[0]
        position = 0
        for outer, marker in zip(around, markers, strict=False):
            rest = lines[first][position:]
            if outer.type == "blockquote_open":
                position += _quote_width(rest)
            elif (outer.map or [0])[0] == first:
                position += len(marker)
            else:
                position += _blanks(rest, len(marker))
        markers.append(_item_marker(lines[first][position:]))
    return markers


def _item_marker(line: str) -> str:
    """Returns a marker whose item may begin on the next line."""
    match = _ITEM.match(line)
    if match is None:
        return ""
    # Three bullets of another kind in a row would be a rule.
    bare = match[0].strip(" ").translate(_BULLETS)
    width = max(len(match[0]), len(match[0].rstrip(" ")) + 1)
    return f"{bare.rjust(min(width - 1, len(bare) + 3))} "


def _quote_width(line: str) -> int:
    match = _QUOTE.match(line)
    return len(match[0]) if match else 0


def _blanks(text: str, most: int) -> int:
    """Returns how many blanks a text begins with, `most` at most."""
    return min(len(text) - len(text.lstrip(" ")), most)


def _place(token: Token, around: Sequence[Token]) -> Place:
    return Place(token, tuple(one for one in around if one.type not in _LISTS))


def _index(tokens: Sequence[Token], token: Token) -> int:
    return next(index for index, one in enumerate(tokens) if one is token)


def _is_undecided(before: Token, last: Token) -> bool:
    """Returns whether the next lines may show that two blocks are one.

    The second line of a link's title looks like a paragraph, and maths that never ends is text.
    """
    if before.map is None or last.map is None or before.map[1] != last.map[0]:
        return False
    if last.type == MATHS_BLOCK:
        return bool(last.meta[IS_OPEN])
    return before.type == "definition" and last.type == "paragraph_open"


def _code_cut(code: str, start: int) -> int:
    """Returns the line before which code is cut; `start` is its first one."""
    lines = code.split("\n")[:-1]
    for number in range(CODE_LINES, len(lines)):
        is_between = lines[number][:1].strip() and not lines[number - 1].strip()
        if is_between or number == CODE_LINES_AT_MOST:
            return start + number
    return 0


def _prose_cut(lines: Sequence[str], start: int, end: int) -> int:
    lengths = accumulate(len(line) + 1 for line in lines[start:end])
    for number, length in enumerate(lengths, start + 1):
        if number == end:
            break
        stands_alone = not lines[number].startswith(" ") or _STARTS_ITEM.match(lines[number])
        is_long = length > PROSE_CHARACTERS * (1 if stands_alone else 3)
        if is_long or number - start == PROSE_LINES:
            return number
    return 0
