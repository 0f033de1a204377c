"""A table of an answer as it is copied: for a spreadsheet, or as the Markdown that it was."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from markdown_it.token import Token

from ..markdown.grammar import GRAMMAR
from ..markdown.patience import GaveUp, Patience

TableForm = Literal["tsv", "markdown"]

_PATIENCE: Final = Patience(1.0)

Rows = list[list[str]]


def copied_table(text: str, number: int, form: TableForm) -> str:
    """Returns a table; empty where it can't be read.

    Args:
        text: of the answer, as it was written.
        number: of the table, from 1.
        form: tabs between cells, which a spreadsheet takes as its own; or Markdown.
    """
    try:
        tokens = _PATIENCE.run(lambda: GRAMMAR.read(f"{text}\n", {}, may_go_on=False))
    except GaveUp:
        return ""
    tables = list(_tables(tokens))
    if number > len(tables):
        return ""
    return _as_tsv(tables[number - 1]) if form == "tsv" else _as_markdown(tables[number - 1])


def _tables(tokens: Sequence[Token]) -> Iterator[Rows]:
    rows: Rows = []
    for token in tokens:
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(_plain(token.children or ()))
        elif token.type == "table_close":
            yield rows
            rows = []


def _plain(tokens: Sequence[Token]) -> str:
    """Returns the text of a cell in one line, as it is read."""
    parts = (" " if it.type.endswith("break") else it.content for it in tokens)
    return " ".join("".join(parts).split())


def _as_tsv(rows: Rows) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def _as_markdown(rows: Rows) -> str:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"
