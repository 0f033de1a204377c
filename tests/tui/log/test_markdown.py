import pytest

from seeshell.tui.log.cuts import (
    CODE_LINES,
    CODE_LINES_AT_MOST,
    PROSE_CHARACTERS,
    PROSE_LINES,
    TABLE_ROWS,
)
from seeshell.tui.log.markdown import LINES_AT_ONCE, Block, BlockSplitter

from .blocks import split_blocks


def test_a_block_is_finished_when_another_one_has_begun() -> None:
    splitter = BlockSplitter()
    assert splitter.feed("# Title\n\none\ntwo\n\n") == [Block("# Title\n")]
    assert splitter.feed("\nth") == []
    assert splitter.open_blocks() == [
        Block("one\ntwo\n\n", has_gap=True),
        Block("th", has_gap=True, may_go_on=True),
    ]


def test_a_heading_stands_below_an_empty_row_even_where_none_was_written() -> None:
    assert [block.has_gap for block in split_blocks("a\n# b\n```\nc\n```\n```\nd\n```")] == [
        False,
        True,
        False,
        True,
    ]


def test_what_follows_in_an_item_begins_with_its_marker() -> None:
    text = "1. Install:\n\n   ```bash\n   pip\n   ```\n\n   then\n2. Run"
    assert split_blocks(text) == [
        Block("1. Install:\n\n   ```bash\n   pip\n   ```\n"),
        Block("1. \n   then", continued=1, has_gap=True),
        Block("2. Run"),
    ]
    splitter = BlockSplitter()
    assert splitter.feed("1. Install:\n\n   ```bash\n") == [Block("1. Install:\n")]
    assert splitter.open_blocks() == [
        Block("1. \n   ```bash", continued=1, has_gap=True, may_go_on=True)
    ]


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("- a\n  - b\n    - c\n\n      d\n", "+ + + "),
        ("-   a\n\n    d\n", "  + "),
        ("12) a\n\n    d\n", "12) "),
        ("> - a\n>\n>   d\n", "> + "),
        ("- > a\n  >\n  > d\n", "+ > "),
    ],
)
def test_a_cut_within_containers_opens_them_again(text: str, opening: str) -> None:
    splitter = BlockSplitter()
    splitter.feed(text)
    (block,) = splitter.open_blocks()
    assert block.text.split("\n") == [opening, text.split("\n")[-2]]
    assert block.continued == sum(mark in opening for mark in [">"]) + sum(
        not mark.isspace() and mark not in ">2)" for mark in opening
    )


def test_a_long_table_is_cut_and_keeps_the_rows_that_settle_its_columns() -> None:
    rows = [f"| {n} | x |" for n in range(2 * TABLE_ROWS + 2)]
    head = ["| a | b |", "|---|---|"]
    first, second, third = split_blocks("\n".join([*head, *rows]))
    assert first.text == second.sample == third.sample == "\n".join([*head, *rows[:TABLE_ROWS]])
    assert second.text == "\n".join([*head, *rows[TABLE_ROWS : 2 * TABLE_ROWS]])
    assert third.text == "\n".join([*head, *rows[2 * TABLE_ROWS :]])
    assert [block.goes_on for block in (first, second, third)] == [False, True, True]
    assert not second.has_gap


def test_long_code_is_cut_between_top_level_statements() -> None:
    function = "def f():\n" + "    pass\n" * (CODE_LINES - 2) + "\n"
    first, second = split_blocks("```python\n" + function * 2 + "```")
    assert first.text + "\n" == "```python\n" + function
    assert second.text == "```python\n" + function + "```"
    assert second.goes_on


@pytest.mark.parametrize("around", ["", "- ", "1. - ", "> ", "> - ", "- > "])
@pytest.mark.parametrize("line", ["x", "- item", "> quote", ">", "- ", "[a]: /b", "    code"])
def test_no_open_block_grows_without_bound(around: str, line: str) -> None:
    indent = "".join(mark if mark == ">" else " " for mark in around)
    for first in ("```", line):
        text = f"{around}{first}\n" + f"{indent}{line}\n" * 100
        most = max(block.text.count("\n") for block in split_blocks(text))
        assert most <= max(CODE_LINES_AT_MOST, PROSE_LINES) + LINES_AT_ONCE


def test_prose_is_cut_by_its_length_too() -> None:
    text = "several words\n" * 500
    assert max(len(block.text) for block in split_blocks(text)) <= PROSE_CHARACTERS + 14


@pytest.mark.parametrize("size", [1, 7, 1000, 5000])
def test_a_line_without_end_is_cut_at_the_same_places_however_it_arrives(size: int) -> None:
    text = "word " * 3000 + "x" * 20_000
    splitter = BlockSplitter()
    blocks = []
    for start in range(0, len(text), size):
        blocks += splitter.feed(text[start : start + size])
    assert blocks + splitter.end() + splitter.open_blocks() == split_blocks(text)
    assert max(len(block.text) for block in split_blocks(text)) < 9000


def test_asking_for_the_open_blocks_changes_nothing() -> None:
    splitter = BlockSplitter()
    assert splitter.feed("```\na\n``") == []
    assert splitter.open_blocks() == splitter.open_blocks()
    assert splitter.open_blocks() == [Block("```\na\n``", may_go_on=True)]
    assert splitter.feed("`\nb\n") == [Block("```\na\n```")]


def test_a_definition_counts_once_its_line_is_complete() -> None:
    splitter = BlockSplitter()
    splitter.feed("[a]: https://x.or")
    splitter.open_blocks()
    assert not splitter.references
    splitter.feed("g\n")
    assert splitter.references["A"]["href"] == "https://x.org"


@pytest.mark.parametrize("text", ["- " * 40 + "x\n\nafter", "> " * 70 + "x\n\nafter"])
def test_nesting_without_end_hides_nothing(text: str) -> None:
    assert "after" in split_blocks(text)[-1].text
