"""The Markdown that answers are read as: CommonMark with tables, task lists, strikes and maths."""

import re
from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table

from .maths import add_maths

DEEPEST: Final = 60
"""Levels of nesting, two for each list: what is nested deeper is text.

markdown-it itself would leave out all that follows.
"""

_CONTAINER: Final = re.compile(r"[-*+] |\d{1,9}[.)] |>")
_BlockRule = Callable[[StateBlock, int, int, bool], bool]


def _bounded(rule: _BlockRule) -> _BlockRule:
    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST and rule(state, start, end, silent)

    return bounded


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Reads a table whose head is no item and no quote: markdown-it's own rule would take both."""
    head = state.bMarks[start] + state.tShift[start]
    return _CONTAINER.match(state.src, head) is None and table(state, start, end, silent)


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


PARSER: Final = _make_parser()
"""Blocks and inline text; what looks like HTML is shown as text."""
