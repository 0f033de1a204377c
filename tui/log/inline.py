"""Text within a block: emphasis, inline code, links, line breaks."""

from collections.abc import Sequence
from typing import NamedTuple

from markdown_it.token import Token
from rich.segment import Segment
from rich.style import Style

from ..markdown.grammar import GRAMMAR
from ..markdown.links import is_openable, split_addresses, target_behind
from ..markdown.maths import MATHS
from ..visible import visible
from .line import TARGET
from .palette import Palette

_MARKS = {"strong": Style(bold=True), "em": Style(italic=True), "s": Style(strike=True)}


class Inline(NamedTuple):
    """Renders the inline tokens of one block on one ground."""

    palette: Palette
    base: Style

    def segments(self, tokens: Sequence[Token]) -> list[Segment]:
        """Returns the tokens of one paragraph, line breaks as newlines."""
        paragraph = _Paragraph(self)
        for token in tokens:
            paragraph.take(token)
        return paragraph.segments

    def definition(self, token: Token) -> list[Segment]:
        """Returns what a link's label stands for; other blocks, not all of them drawn, use it."""
        label, href, title = (str(token.meta[key]) for key in ("label", "url", "title"))
        paragraph = _Paragraph(self)
        paragraph.define(" ".join(label.split()), href, " ".join(title.split()))
        return paragraph.segments


class _OpenLink(NamedTuple):
    href: str
    start: int
    """Index of the first segment of its text."""


class _Paragraph:
    """Draws one token after the other."""

    def __init__(self, inline: Inline) -> None:
        self.segments: list[Segment] = []
        self._palette = inline.palette
        self._styles = [inline.base]
        self._links: list[_OpenLink] = []

    def take(self, token: Token) -> None:
        """Draws a token."""
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.nesting == 1:
            self._open(name, token)
        elif token.nesting == -1:
            self._close(name)
        elif name in ("softbreak", "hardbreak"):
            self._add("\n", Style.null())
        elif name == "code_inline":
            self._add(self._shown(token.content), self._palette.code)
        elif name == MATHS:
            self._add(token.content, Style.null())
        elif name == "image":
            label = self._shown(token.content) or "image"
            self._add_link(label, str(token.attrs.get("src", "")))
        else:
            self._add_text(self._shown(token.content))

    def define(self, label: str, href: str, title: str) -> None:
        """Draws a label, what it leads to, and what that is called."""
        muted = self._palette.muted
        self._add(f"[{self._shown(label)}]: ", muted)
        self._add(visible(href, keep=""), muted + self._leading_to(href, Style.null()))
        if title:
            self._add(f' "{self._shown(title)}"', muted)

    def _open(self, name: str, token: Token) -> None:
        style = _MARKS.get(name, Style.null())
        if name == "link":
            href = str(token.attrs.get("href", ""))
            self._links.append(_OpenLink(href, len(self.segments)))
            style = self._leading_to(href, self._palette.link)
        self._styles.append(self._styles[-1] + style)

    def _close(self, name: str) -> None:
        self._styles.pop()
        if name == "link":
            href, start = self._links.pop()
            label = "".join(segment.text for segment in self.segments[start:])
            self._add_target(href, label)

    def _add_text(self, text: str) -> None:
        """Adds plain text, addresses in it as links."""
        if "://" not in text or self._links:
            self._add(text, Style.null())
            return
        for part, is_address in split_addresses(text):
            if is_address:
                self._add_link(part, GRAMMAR.normalize_link(part))
            else:
                self._add(part, Style.null())

    def _add_link(self, label: str, href: str) -> None:
        self._add(label, self._leading_to(href, self._palette.link))
        self._add_target(href, label)

    def _add_target(self, href: str, label: str) -> None:
        """Adds where a link leads, unless its text says so."""
        if target := target_behind(href, label):
            style = self._palette.muted + self._leading_to(href, Style.null())
            self._add(f" ({target})", style)

    def _leading_to(self, href: str, look: Style) -> Style:
        """Returns the style of what can be opened; none if it can't."""
        if not is_openable(href):
            return Style.null()
        return look + Style(link=href, meta={TARGET: href})

    def _add(self, text: str, style: Style) -> None:
        if text:
            self.segments.append(Segment(text, self._styles[-1] + style))

    def _shown(self, text: str) -> str:
        """Returns text as it is drawn; `&#8238;` and its like have become characters by now."""
        before = self.segments[-1].text[-1:] if self.segments else ""
        return visible(text, keep="", before=before)
