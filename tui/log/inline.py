"""Text within a block: emphasis, inline code, links, line breaks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.segment import Segment
from rich.style import Style

from ..visible import visible
from .line import TARGET
from .palette import Palette

_URL = re.compile(r"(https?://[^\s<>\"'`|\\^{}]*[^\s<>\"'`|\\^{}.,:;!?()\[\]])")
_SAFE_HREF = re.compile(r"(?:https?://|mailto:)[!-~]+")

_MARKS = {"strong": Style(bold=True), "em": Style(italic=True), "s": Style(strike=True)}

PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
"""Blocks and inline text; what looks like HTML is shown as text."""


class Inline(NamedTuple):
    """Renders the inline tokens of one block on one ground."""

    palette: Palette
    base: Style

    def segments(self, tokens: Sequence[Token]) -> list[Segment]:
        """Returns the tokens of one paragraph, line breaks as newlines."""
        return list(self._walk(tokens))

    def _walk(self, tokens: Iterable[Token]) -> Iterator[Segment]:
        styles = [self.base]
        for token in tokens:
            name = token.type.removesuffix("_open")
            if token.nesting == 1:
                styles.append(styles[-1] + self._mark(name, token))
            elif token.nesting == -1:
                styles.pop()
            elif token.type in ("softbreak", "hardbreak"):
                yield Segment("\n", styles[-1])
            elif token.type == "code_inline":
                yield Segment(token.content, styles[-1] + self.palette.code)
            elif token.type == "image":
                label = _plain(token.content) or "image"
                yield Segment(label, styles[-1] + self._link(str(token.attrs.get("src", ""))))
            else:
                yield from self._text(_plain(token.content), styles[-1])

    def _mark(self, name: str, token: Token) -> Style:
        if name == "link":
            return self._link(str(token.attrs.get("href", "")))
        return _MARKS.get(name, Style.null())

    def _text(self, text: str, style: Style) -> Iterator[Segment]:
        """Yields plain text, addresses in it as links."""
        if "://" not in text or style.link:
            if text:
                yield Segment(text, style)
            return
        for index, part in enumerate(_URL.split(text)):
            if part:
                yield Segment(part, style + self._link(part) if index % 2 else style)

    def _link(self, href: str) -> Style:
        if not _SAFE_HREF.fullmatch(href):
            return Style.null()
        return self.palette.link + Style(link=href, meta={TARGET: href})


def _plain(text: str) -> str:
    """Returns text as it is drawn; `&#8238;` and its like have become characters by now."""
    return visible(text, keep="")
