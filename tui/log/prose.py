"""Headings, paragraphs, lists, quotes and rules as lines."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token
from rich.cells import cell_len
from rich.segment import Segment

from .code import render_code
from .inline import PARSER, Inline
from .line import BLANK, Line, indent, wrap
from .palette import Palette
from .table import Table, render_table

BULLETS = "•◦▪"
RULE_WIDTH = 40
NARROWEST = 8
"""Nested text that would get fewer cells is not indented any further."""


def render_prose(text: str, width: int, palette: Palette, depth: int = 0) -> list[Line]:
    """Returns a block of prose as lines of at most `width` cells.

    Args:
        text: Markdown without empty lines.
        width: cells across.
        palette: styles to draw in.
        depth: how many lists the block lies in already.
    """
    return _Prose(PARSER.parse(text), palette, depth).lines(width)


class _Prose:
    """Walks the tokens of a block once, level by level."""

    def __init__(self, tokens: Sequence[Token], palette: Palette, depth: int) -> None:
        self._tokens: Iterator[Token] = iter(tokens)
        self._palette = palette
        self._inline = Inline(palette, palette.base)
        self._depth = depth

    def lines(self, width: int, end: str = "") -> list[Line]:
        """Returns the lines of everything up to the token of type `end`."""
        lines: list[Line] = []
        for token in self._tokens:
            if token.type == end:
                break
            lines += self._render(token, width)
        return lines

    def _render(self, token: Token, width: int) -> list[Line]:
        match token.type:
            case "inline":
                return wrap(self._inline.segments(token.children or ()), width)
            case "heading_open":
                return self._heading(token, width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token.type.replace("open", "close"), width)
            case "blockquote_open":
                bar = Segment("│ ", self._palette.muted)
                return self._hang(bar, bar, "blockquote_close", width)
            case "hr":
                return wrap([Segment("─" * min(width, RULE_WIDTH), self._palette.muted)], width)
            case "fence" | "code_block":
                code = token.content.removesuffix("\n")
                return render_code(code, token.info.strip(), width, self._palette)
            case "table_open":
                table = Table.read(self._tokens, self._inline)
                return render_table(table, table.natural_widths(), width, self._palette)
        return []

    def _heading(self, token: Token, width: int) -> list[Line]:
        is_high = token.tag in ("h1", "h2")
        inline = Inline(self._palette, self._palette.title if is_high else self._palette.heading)
        content = next(self._tokens)
        next(self._tokens)
        return wrap(inline.segments(content.children or ()), width)

    def _list(self, end: str, width: int) -> list[Line]:
        bullet = BULLETS[min(self._depth, len(BULLETS) - 1)]
        self._depth += 1
        lines: list[Line] = []
        for token in self._tokens:
            if token.type == end:
                break
            label = f"{token.info}{token.markup} " if token.info else f"{bullet} "
            first = Segment(label, self._palette.muted)
            rest = Segment(" " * cell_len(label), self._palette.base)
            lines += self._hang(first, rest, "list_item_close", width)
        self._depth -= 1
        return lines

    def _hang(self, first: Segment, rest: Segment, end: str, width: int) -> list[Line]:
        """Returns the lines up to the token `end` with something before them."""
        room = width - cell_len(first.text)
        if room < NARROWEST:
            return self.lines(width, end)
        return indent(self.lines(room, end) or [BLANK], first, rest)
