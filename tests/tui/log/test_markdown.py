import pytest

from seeshell.tui.log.markdown import (
    CODE_LINES,
    CODE_LINES_AT_MOST,
    PROSE_CHARACTERS,
    TABLE_ROWS,
    Block,
    BlockSplitter,
)

from .blocks import split_blocks


def kinds_and_texts(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in split_blocks(text)]


def test_blocks_end_at_blank_lines() -> None:
    assert split_blocks("# Title\n\none\ntwo\n\n\nthree") == [
        Block("prose", "# Title"),
        Block("prose", "one\ntwo", has_gap=True),
        Block("prose", "three", has_gap=True),
    ]


def test_a_fence_keeps_its_blank_lines_and_loses_its_marks() -> None:
    assert split_blocks("```python title\na\n\nb\n```\nafter") == [
        Block("code", "a\n\nb", language="python"),
        Block("prose", "after"),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_a_fence_is_closed_by_its_own_mark_only(fence: str) -> None:
    text = f"{fence}\n``\n~~\n{fence} x\n{fence}{fence[0]}\nafter"
    assert kinds_and_texts(text) == [("code", f"``\n~~\n{fence} x"), ("prose", "after")]


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert kinds_and_texts("a\n```\nb\n\nc") == [("prose", "a"), ("code", "b\n\nc")]


def test_code_within_a_list_item_keeps_the_items_margin() -> None:
    text = "1. Install:\n\n   ```bash\n   pip install x\n     -U\n   ```\n\n   then\n\n2. Run"
    assert split_blocks(text) == [
        Block("prose", "1. Install:"),
        Block("code", "pip install x\n  -U", margin=3, has_gap=True, language="bash"),
        Block("prose", "then", margin=3, has_gap=True),
        Block("prose", "2. Run", has_gap=True),
    ]


def test_a_fence_on_the_line_of_its_list_marker_is_code() -> None:
    assert kinds_and_texts("- ```\n  a\n\n  b\n  ```\nc") == [
        ("prose", "-"),
        ("code", "a\n\nb"),
        ("prose", "c"),
    ]


def test_indented_text_outside_a_list_is_left_to_the_parser() -> None:
    assert split_blocks("a\n\n    ```\n    b") == [
        Block("prose", "a"),
        Block("prose", "    ```\n    b", has_gap=True),
    ]


def test_a_table_is_told_from_the_line_before_it() -> None:
    assert split_blocks("text\n| a | b |\n|:--|--:|\n| 1 | 2 |\nafter") == [
        Block("prose", "text"),
        Block("table", "| 1 | 2 |", head="| a | b |\n|:--|--:|"),
        Block("prose", "after"),
    ]


def test_a_long_table_is_cut_and_keeps_the_rows_that_settle_its_columns() -> None:
    rows = [f"| {n} | x |" for n in range(TABLE_ROWS + 2)]
    first, second = split_blocks("\n".join(["| a | b |", "|---|---|", *rows]))
    assert first.text == second.sample == "\n".join(rows[:TABLE_ROWS])
    assert second.text == "\n".join(rows[TABLE_ROWS:])
    assert first.head == second.head
    assert not second.has_gap


def test_long_code_is_cut_between_top_level_statements() -> None:
    function = "def f():\n" + "    pass\n" * (CODE_LINES - 2) + "\n"
    first, second = split_blocks("```python\n" + function * 2 + "```")
    assert (first.text + "\n", second.text + "\n") == (function, function)
    assert second.language == "python"


def test_no_open_block_grows_without_bound() -> None:
    for text in (
        "```\n" + "x\n" * 500,
        "- item\n" * 500,
        "word\n" * 500,
        "> quote\n" * 500,
        "     - x\n" * 1000,
    ):
        for block in split_blocks(text):
            assert block.text.count("\n") < CODE_LINES_AT_MOST or block.kind == "prose"
            assert len(block.text) < 3 * PROSE_CHARACTERS + 100


@pytest.mark.parametrize("size", [1, 7, 1000, 5000])
def test_a_line_without_end_is_cut_at_the_same_places_however_it_arrives(size: int) -> None:
    text = "word " * 3000 + "x" * 20_000
    splitter = BlockSplitter()
    blocks = []
    for start in range(0, len(text), size):
        blocks += splitter.feed(text[start : start + size])
    assert blocks + splitter.open_blocks() == split_blocks(text)
    assert max(len(block.text) for block in split_blocks(text)) < 9000


def test_asking_for_the_open_blocks_changes_nothing() -> None:
    splitter = BlockSplitter()
    assert splitter.feed("```\na\n``") == []
    assert splitter.open_blocks() == splitter.open_blocks() == [Block("code", "a\n``")]
    assert splitter.feed("`\nb") == [Block("code", "a")]
