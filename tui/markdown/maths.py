r"""Maths as it was written: nothing between its delimiters is Markdown.

They are `$ $`, `$$ $$`, `\( \)` and `\[ \]`; dollars by the rule of pandoc's `tex_math_dollars`, so
that prices stay prices: a `$` opens before a character that is no white space, closes behind one,
and does not close before a digit. No maths holds an empty line. mdit-py-plugins has rules for this
too, but they look for an end through the whole text, which would change blocks that are already
drawn when the end arrives.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MATHS: Final = "maths"
"""Type of the token for maths within a paragraph."""
MATHS_BLOCK: Final = "maths_block"
"""Type of the token for lines of maths; its content starts and ends with the delimiters."""

IS_OPEN: Final = "is_open"
"""Key of that token's metadata: whether its end has not come yet."""

MAY_GO_ON: Final = "may_go_on"
"""Key of the parser's environment: whether more text may follow."""

LONGEST: Final = 1200
"""Characters between the delimiters: what is longer is Markdown."""

_WITHIN: Final = {
    "$": re.compile(r"\$(?![\s$])(?:\\.|[^\\$])++(?<!\s)\$(?!\d)", re.DOTALL),
    "$$": re.compile(r"\$\$(?!\$)(?:\\.|[^\\$]|\$(?!\$))++\$\$", re.DOTALL),
    r"\(": re.compile(r"\\\((?:\\[^)]|[^\\])++\\\)", re.DOTALL),
    r"\[": re.compile(r"\\\[(?:\\[^]]|[^\\])++\\\]", re.DOTALL),
}
"""What matches maths within a paragraph, by how it begins."""
_LINE_END: Final = {
    "$$": re.compile(r"(?:\\.|[^\\$]|\$(?!\$))*+\$\$(.*)"),
    r"\[": re.compile(r"(?:\\[^]]|[^\\])*+\\\](.*)"),
}
"""What matches a line in which a block of maths ends, and all that stands behind."""


def add_maths(parser: MarkdownIt) -> None:
    """Teaches a parser both rules; they come before all that could take a delimiter apart."""
    parser.inline.ruler.before("escape", MATHS, _within_paragraph)
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("table", MATHS_BLOCK, _block, {"alt": ends})


def _within_paragraph(state: StateInline, silent: bool) -> bool:
    opening = _opening(state.src, state.pos)
    if opening is None:
        return False
    end = min(state.posMax, state.pos + LONGEST)
    match = _WITHIN[opening].match(state.src, state.pos, end)
    # What the limit cut off may be the digit that forbids the end.
    if match is None or (opening == "$" and state.src[match.end() : match.end() + 1].isdigit()):
        return False
    if not silent:
        state.push(MATHS, "", 0).content = match[0]
    state.pos = match.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Takes lines from a delimiter that begins one to a delimiter that ends one.

    What is still open at the end of a text that may go on counts as maths.
    """
    opening = _opening(state.src, state.bMarks[start] + state.tShift[start])
    if opening not in _LINE_END or state.is_code_block(start):
        return False
    found = _find_end(state, start, end, opening)
    if found is None:
        return False
    if not silent:
        stop, is_open = found
        token = state.push(MATHS_BLOCK, "", 0)
        token.meta = {IS_OPEN: is_open}
        token.content = state.getLines(start, stop, state.blkIndent, False)
        token.map = [start, stop]
        state.line = stop
    return True


def _find_end(state: StateBlock, start: int, end: int, opening: str) -> tuple[int, bool] | None:
    """Returns the line behind a block of maths, and whether it is still open.

    None where there is no such block.
    """
    length = 0
    for line in range(start, end):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return None
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        length += len(text)
        if length > LONGEST:
            return None
        match = _LINE_END[opening].fullmatch(text, len(opening) if line == start else 0)
        if match:
            # On one line it is maths within a paragraph, whatever stands behind it.
            is_alone = line > start and not match[1].strip(" .,;")
            return (line + 1, False) if is_alone else None
    return (end, True) if state.env.get(MAY_GO_ON) else None


def _opening(text: str, position: int) -> str | None:
    """Returns the delimiter that begins at a position."""
    two = text[position : position + 2]
    if two == "$$":
        return None if text.startswith("$", position + 2) else two
    if two[:1] == "$":
        return "$"
    return two if two in _WITHIN else None
