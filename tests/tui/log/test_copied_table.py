"""Tables as they are copied, and the keys that copy them."""

from seeshell.tui.log.copied_table import copied_table
from seeshell.tui.log.line import CodeTarget, TableTarget

from ...messages import answer
from .log_app import LogApp, log_of

PRICES = """\
| fruit | price |
|:--|--:|
| **lemons** | `2.50` |
| limes a\\|b | see [here](https://x.example) |
"""
TEXT = f"First:\n\n{PRICES}\nand in a list:\n\n- a\n\n  | only |\n  |--|\n  | one |\n"


def test_a_table_is_copied_with_tabs_or_as_markdown() -> None:
    assert copied_table(TEXT, 1, "tsv") == "fruit\tprice\nlemons\t2.50\nlimes a|b\tsee here\n"
    assert copied_table(TEXT, 2, "markdown") == "| only |\n| --- |\n| one |\n"
    assert copied_table(TEXT, 1, "markdown").splitlines()[3] == "| limes a\\|b | see here |"
    assert copied_table(TEXT, 3, "tsv") == ""


async def test_keys_mark_a_table_and_copy_it() -> None:
    async with LogApp([answer(1, TEXT)]).run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        await pilot.pause()
        assert log.marked_target() == TableTarget(1)
        await pilot.press("enter")
        assert pilot.app.clipboard.startswith("fruit\tprice\n")
        await pilot.press("right", "right", "M")
        assert log.marked_target() == TableTarget(2)
        assert pilot.app.clipboard == "| only |\n| --- |\n| one |\n"


async def test_code_and_tables_are_marked_in_their_order() -> None:
    text = f"```\ncode\n```\n\n{PRICES}\n[link](https://x.example)\n"
    async with LogApp([answer(1, text)]).run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        targets = log.transcript.views[0].targets(log.look)
        assert targets[:2] == [CodeTarget(1), TableTarget(1)]
        await pilot.press("right", "enter")
        assert pilot.app.clipboard.startswith("fruit\tprice\n")


async def test_a_long_table_is_one_table_however_it_was_cut() -> None:
    rows = "".join(f"| row {number} | {number} |\n" for number in range(300))
    text = f"| name | n |\n|--|--|\n{rows}"
    async with LogApp([answer(1, text)]).run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        await pilot.pause()
        assert log.transcript.views[0].targets(log.look) == [TableTarget(1)]
        await pilot.press("enter")
        assert len(pilot.app.clipboard.splitlines()) == 301
