"""The Markdown that answers are read as: CommonMark with tables, task lists, strikes and maths."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_core import StateCore, inline, text_join
from markdown_it.token import Token

from .maths import MAY_GO_ON, add_maths

References = MutableMapping[str, dict[str, Any]]
"""What markdown-it knows of links that are defined elsewhere, by their labels."""

DEEPEST: Final = 60
"""Levels of nesting, two for each list: what is nested deeper is text.

markdown-it itself would leave out all that follows.
"""

_NO_HEAD: Final = re.compile(r"[-*+] |\d{1,9}[.)] |>|\[[^\]]*\]:")
_BlockRule = Callable[[StateBlock, int, int, bool], bool]


def _bounded(rule: _BlockRule) -> _BlockRule:
    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST and rule(state, start, end, silent)

    return bounded


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Reads a table whose head is no item, quote or definition, as markdown-it's own rule may."""
    head = state.bMarks[start] + state.tShift[start]
    return _NO_HEAD.match(state.src, head) is None and table(state, start, end, silent)


def _make_parser() -> MarkdownIt:
    options = {
        "html": False,
        "maxNesting": DEEPEST + 20,
        "inline_definitions": True,
        "tasklists": True,
    }
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    ends = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("blockquote", _bounded(blockquote), {"alt": [*ends, "list"]})
    parser.block.ruler.at("list", _bounded(list_block), {"alt": ends})
    add_maths(parser)
    return parser


class Grammar:
    """Reads Markdown; what looks like HTML is text."""

    def __init__(self) -> None:
        self._parser = _make_parser()
        self._last: tuple[str, bool, list[Token]] | None = None

    def read_blocks(self, text: str, known: References, *, may_go_on: bool) -> list[Token]:
        """Returns the tokens of blocks, the text within them not read yet.

        Args:
            text: its last line ends with a newline.
            known: links by their labels; those that the text defines are added.
            may_go_on: whether more text may follow.
        """
        tokens: list[Token] = []
        environment = {"references": known, MAY_GO_ON: may_go_on}
        self._parser.block.parse(text, self._parser, environment, tokens)
        self._last = text, may_go_on, tokens
        return tokens

    def read(self, text: str, known: References, *, may_go_on: bool) -> list[Token]:
        """Returns the tokens of blocks and of the text within them, by the same arguments."""
        state = StateCore(text, self._parser, {"references": known})
        # The open end of an answer has just been read to find out where it may be cut.
        if self._last is not None and self._last[:2] == (text, may_go_on):
            state.tokens = self._last[2]
        else:
            state.tokens = self.read_blocks(text, known, may_go_on=may_go_on)
        self._last = None
        inline(state)
        text_join(state)
        return state.tokens

    def normalize_link(self, address: str) -> str:
        """Returns an address as links have it: percent-encoded, its host in ASCII."""
        return self._parser.normalizeLink(address)


GRAMMAR: Final = Grammar()
"""For the main thread alone."""
