"""Answers as HTML, read by the grammar of the app's log: what looks like HTML in them is text.

Every tag and every attribute that can come of an answer stands in this module. There are no
styles, which the page forbids, no address but those of the web and of mailboxes, and no picture,
which would have to be asked for elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import Final

from markdown_it.token import Token

from ...markdown.grammar import GRAMMAR
from ...markdown.links import is_openable, split_addresses
from ...markdown.maths import MATHS, MATHS_BLOCK
from ...markdown.patience import GaveUp, Patience
from ...visible import visible
from .code import code_html

_PATIENCE: Final = Patience(2.0)
"""A usual message takes some milliseconds."""

_TAGS: Final = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "em": "em",
    "strong": "strong",
    "s": "s",
}
"""Of tokens that open and close, by their names without that."""

_BLOCKS: Final = frozenset(_TAGS.values()) - {"em", "strong", "s", "th", "td"}
"""Tags that stand on lines of their own."""

_SINGLE: Final = {"hr": "<hr>\n", "softbreak": "<br>\n", "hardbreak": "<br>\n"}

_BOXES: Final = {False: "☐ ", True: "☑ "}
"""What stands before an item of a task list."""

_MAILBOX: Final = re.compile(r"mailto:[\w.+-]+@[\w.-]+", re.ASCII)
_ALIGNED: Final = re.compile(r"text-align:(center|right)")
_LOWEST_HEADING: Final = 6


def text_html(text: str) -> str:
    """Returns plain text for the inside of an element, or of an attribute."""
    return escape(visible(text))


def answer_html(text: str, heading_level: int) -> str:
    """Returns Markdown as HTML; what takes too long to read stands there as it was written.

    Args:
        text: of an answer.
        heading_level: of the highest headings in it, from 1.
    """
    for is_coloured in (True, False):
        try:
            return _PATIENCE.run(partial(_render, text, heading_level, is_coloured))
        except GaveUp:
            continue
    return f'<p class="as-written">{text_html(text)}</p>\n'


def _render(text: str, heading_level: int, is_coloured: bool) -> str:
    tokens = GRAMMAR.read(f"{text}\n", {}, may_go_on=False)
    return "".join(_Html(heading_level, is_coloured).pieces(tokens))


class _Html:
    """Writes tokens one after the other."""

    def __init__(self, heading_level: int, is_coloured: bool) -> None:
        self._heading_level = heading_level
        self._is_coloured = is_coloured
        self._headings: list[int] = []
        """Levels, as they are written, of the headings in whose parts one is."""
        self._links: list[str] = []
        """What closes each of the links in which one is."""
        self._box = ""
        """Stands before the next paragraph."""

    def pieces(self, tokens: Sequence[Token]) -> Iterator[str]:
        """Yields the tokens as HTML."""
        for token in tokens:
            if token.type == "paragraph_open":
                yield ("" if token.hidden else "<p>") + self._box
                self._box = ""
            elif token.hidden:
                # A paragraph of a list without gaps; the next one begins a line.
                yield "\n"
            elif token.nesting > 0:
                yield self._open(token.type.removesuffix("_open"), token)
            elif token.nesting < 0:
                yield self._close(token.type.removesuffix("_close"))
            elif token.type == "inline":
                yield from self.pieces(token.children or ())
            else:
                yield self._alone(token)

    def _open(self, name: str, token: Token) -> str:
        match name:
            case "heading":
                return f"<h{self._enter_heading(int(token.tag[1:]))}>"
            case "link":
                return self._open_link(str(token.attrs.get("href", "")))
            case "table":
                # It may be wider than a telephone, and is moved by its own bar then.
                return '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n'
            case "ordered_list":
                return f'<ol start="{int(token.attrs.get("start", 1))}">\n'
            case "list_item":
                self._box = _BOXES[bool(token.meta["checked"])] if "checked" in token.meta else ""
            case "th" | "td":
                aligned = _ALIGNED.fullmatch(str(token.attrs.get("style", "")))
                return f'<{name} class="{aligned[1]}">' if aligned else f"<{name}>"
        return f"<{_TAGS[name]}>"

    def _close(self, name: str) -> str:
        match name:
            case "heading":
                return f"</h{self._level()}>\n"
            case "link":
                return self._links.pop()
            case "table":
                return "</table></div>\n"
        tag = _TAGS[name]
        return f"</{tag}>\n" if tag in _BLOCKS else f"</{tag}>"

    def _alone(self, token: Token) -> str:
        match token.type:
            case "hr" | "softbreak" | "hardbreak":
                return _SINGLE[token.type]
            case "code_inline":
                return f"<code>{text_html(token.content)}</code>"
            case "fence" | "code_block":
                return self._code(token)
            case "image":
                label = text_html(token.content) or "picture"
                address = str(token.attrs.get("src", ""))
                return f"{self._open_link(address)}{label}{self._links.pop()}"
            case "definition":
                label, address = (str(token.meta[key]) for key in ("label", "url"))
                return f'<p class="quiet">[{text_html(label)}]: {text_html(address)}</p>\n'
            case kind if kind == MATHS:
                return f'<code class="maths">{text_html(token.content)}</code>'
            case kind if kind == MATHS_BLOCK:
                return f'<pre class="maths">{text_html(token.content)}</pre>\n'
        return self._text(token.content)

    def _text(self, text: str) -> str:
        """Returns text, web addresses in it as links."""
        if "://" not in text or self._links:
            return text_html(text)
        pieces = []
        for piece, is_address in split_addresses(text):
            address = GRAMMAR.normalize_link(piece) if is_address else ""
            link = self._open_link(address, is_told=True) if is_openable(address) else ""
            pieces.append(f"{link}{text_html(piece)}{self._links.pop() if link else ''}")
        return "".join(pieces)

    def _open_link(self, address: str, *, is_told: bool = False) -> str:
        """Returns what opens a link, and keeps what closes it.

        An address that can't be followed, or hides where it leads, stands behind its text.

        Args:
            address: where it leads.
            is_told: whether its text says so, which paper then need not do.
        """
        if is_openable(address) or _MAILBOX.fullmatch(address):
            self._links.append("</a>")
            told = ' class="told"' if is_told else ""
            return f'<a{told} href="{escape(address)}" rel="noopener noreferrer nofollow">'
        self._links.append(f' <span class="quiet">({text_html(address)})</span>' if address else "")
        return ""

    def _code(self, token: Token) -> str:
        code = visible(token.content.removesuffix("\n"))
        language = next(iter(token.info.split()), "") if self._is_coloured else ""
        coloured = code_html(code, language)
        return f'<pre tabindex="0" role="group" aria-label="Code"><code>{coloured}</code></pre>\n'

    def _enter_heading(self, level: int) -> int:
        """Returns the level at which a heading is written: none is left out on the way down."""
        while self._headings and self._headings[-1] >= level:
            self._headings.pop()
        self._headings.append(level)
        return self._level()

    def _level(self) -> int:
        return min(self._heading_level + len(self._headings) - 1, _LOWEST_HEADING)
