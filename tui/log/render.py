"""Blocks as lines: what `markdown` cuts, drawn at a width in a palette."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from markdown_it.token import Token
from rich.cells import cell_len
from rich.segment import Segment

from ..markdown.grammar import GRAMMAR, References
from ..markdown.maths import MATHS_BLOCK
from .code import render_code
from .cuts import CODE, has_gap
from .inline import Inline
from .line import BLANK, TABLE_BEGINS, TABLE_GOES_ON, TEXT_WIDTH, Line, indent, wrap
from .markdown import Block
from .palette import Palette
from .table import Table, fit, render_rows, render_table

BULLETS: Final = "•◦▪"
BOXES: Final = {False: "☐", True: "☑"}
"""What stands before an item of a task list, by whether it is done."""
RULE_WIDTH: Final = 40
NARROWEST: Final = 8
"""Nested text that would get fewer cells is not indented any further."""


def render_block(
    block: Block, width: int, palette: Palette, references: References, is_coloured: bool = True
) -> list[Line]:
    """Returns a block as lines of at most `width` cells, the empty row before it included.

    Args:
        block: what to draw.
        width: cells across; running text takes at most `TEXT_WIDTH` of them.
        palette: styles to draw in.
        references: where links lead that name a label; those that the block defines are added.
        is_coloured: whether code has the colours of its language.
    """
    return _Blocks(block, palette, references, is_coloured).lines(width)


class _Blocks:
    """Walks the tokens of a block once, level by level."""

    def __init__(
        self, block: Block, palette: Palette, references: References, is_coloured: bool
    ) -> None:
        # Without its newline a last line that is empty would be none.
        tokens = GRAMMAR.read(f"{block.text}\n", references, may_go_on=block.may_go_on)
        self._tokens: Iterator[Token] = iter(tokens)
        self._source = block.text.split("\n")
        self._palette = palette
        self._references = references
        self._inline = Inline(palette, palette.base)
        self._is_coloured = is_coloured
        self._depth = 0
        self._block = block
        self._continued = block.continued
        """Items and quotes that the block goes on with and that have not been entered yet."""
        self._awaits_gap = block.has_gap
        self._goes_on = block.goes_on
        """Whether the next code or table goes on with that of the block before."""

    def lines(self, width: int, end: str = "") -> list[Line]:
        """Returns the lines of everything up to the token of type `end`."""
        lines: list[Line] = []
        before: Token | None = None
        for token in self._tokens:
            if token.type == end:
                break
            if token.nesting >= 0 and token.type != "inline":
                if self._has_gap(before, token):
                    lines.append(BLANK)
                before = token
            lines += self._render(token, width)
        return lines

    def _has_gap(self, before: Token | None, token: Token) -> bool:
        if before is not None:
            return has_gap(before, token, self._source)
        if self._continued or not self._awaits_gap:
            return False
        self._awaits_gap = False
        return True

    def _is_continued(self) -> bool:
        """Returns whether an item or a quote goes on with that of the block before."""
        is_continued = self._continued > 0
        self._continued -= is_continued
        return is_continued

    def _render(self, token: Token, width: int) -> list[Line]:
        match token.type:
            case "inline":
                return self._text(self._inline.segments(token.children or ()), width)
            case "heading_open":
                return self._heading(token, width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token.type.replace("open", "close"), width)
            case "blockquote_open":
                self._is_continued()
                bar = Segment("│ ", self._palette.muted)
                return self._hang(bar, bar, "blockquote_close", width)
            case "hr":
                return wrap([Segment("─" * min(width, RULE_WIDTH), self._palette.muted)], width)
            case "table_open":
                goes_on = self._take_goes_on()
                lines = self._table(width, goes_on=goes_on)
                kinds = [TABLE_GOES_ON if goes_on else TABLE_BEGINS]
                kinds += [TABLE_GOES_ON] * (len(lines) - 1)
                drawn = zip(lines, kinds, strict=True)
                return [line._replace(table=kind) for line, kind in drawn]
            case "definition":
                return self._text(self._inline.definition(token), width)
            case kind if kind == MATHS_BLOCK:
                return self._text([Segment(token.content.rstrip("\n"), self._palette.base)], width)
            case kind if kind in CODE:
                code = token.content.removesuffix("\n")
                language = next(iter(token.info.split()), "") if self._is_coloured else ""
                return render_code(code, language, width, self._palette, self._take_goes_on())
        return []

    def _take_goes_on(self) -> bool:
        goes_on, self._goes_on = self._goes_on, False
        return goes_on

    def _text(self, segments: Sequence[Segment], width: int) -> list[Line]:
        return wrap(segments, min(width, TEXT_WIDTH))

    def _heading(self, token: Token, width: int) -> list[Line]:
        """Returns a heading; a rule below tells the first level from the second."""
        is_high = token.tag in ("h1", "h2")
        inline = Inline(self._palette, self._palette.title if is_high else self._palette.heading)
        content = next(self._tokens)
        next(self._tokens)
        lines = self._text(inline.segments(content.children or ()), width)
        if token.tag == "h1":
            rule = "━" * max(line.cells for line in lines)
            lines.append(Line([Segment(rule, self._palette.title)], "", margins=(len(rule), 0)))
        return lines

    def _table(self, width: int, *, goes_on: bool) -> list[Line]:
        palette, sample = self._palette, self._block.sample
        table = Table.read(self._tokens, self._inline)
        if not goes_on:
            return render_table(table, table.natural_widths(), width, palette)
        links = tuple((label, str(to["href"])) for label, to in self._references.items())
        widths = sample_widths(sample, palette, links)
        if fit(widths, width):
            return render_rows(table, fit(widths, width), palette)
        return [BLANK, *render_table(table, widths, width, palette)]

    def _list(self, end: str, width: int) -> list[Line]:
        self._depth += 1
        lines: list[Line] = []
        before: Token | None = None
        for token in self._tokens:
            if token.type == end:
                break
            if before is not None and has_gap(before, token, self._source):
                lines.append(BLANK)
            before = token
            first = Segment(self._label(token), self._palette.muted)
            rest = Segment(" " * cell_len(first.text), self._palette.base)
            if self._is_continued():
                first = rest
            lines += self._hang(first, rest, "list_item_close", width)
        self._depth -= 1
        return lines

    def _label(self, item: Token) -> str:
        """Returns what stands before an item: its number as it was written, a box, or a bullet."""
        box = BOXES[bool(item.meta["checked"])] if "checked" in item.meta else ""
        if item.info:
            return f"{item.info}{item.markup} " + (f"{box} " if box else "")
        return f"{box or BULLETS[min(self._depth, len(BULLETS)) - 1]} "

    def _hang(self, first: Segment, rest: Segment, end: str, width: int) -> list[Line]:
        """Returns the lines up to the token `end` with something before them."""
        room = width - cell_len(first.text)
        if room < NARROWEST:
            return self.lines(width, end)
        return indent(self.lines(room, end) or [BLANK], first, rest)


@lru_cache(maxsize=8)
def sample_widths(
    sample: str, palette: Palette, links: tuple[tuple[str, str], ...]
) -> tuple[int, ...]:
    """Returns the natural column widths of the first table in a block.

    Args:
        sample: the block's text.
        palette: styles to draw in.
        links: labels and what they lead to.
    """
    references: References = {label: {"href": href, "title": ""} for label, href in links}
    tokens = iter(GRAMMAR.read(f"{sample}\n", references, may_go_on=False))
    if not any(token.type == "table_open" for token in tokens):
        return ()
    return tuple(Table.read(tokens, Inline(palette, palette.base)).natural_widths())
