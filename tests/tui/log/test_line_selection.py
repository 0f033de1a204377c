"""Selecting lines with the keyboard alone."""

import pytest
from textual.events import AppBlur, AppFocus
from textual.pilot import Pilot

from seeshell.tui.log import ChatLog
from seeshell.tui.log.transcript import Position

from ...messages import answer, opened, question
from .log_app import (
    PHOTO,
    SIZE,
    LogApp,
    conversation,
    log_of,
    screen_lines,
    until,
)

WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen"
LINES = [f"line {number}" for number in range(1, 61)]
CODE = answer(2, "```\n" + "\n".join(LINES) + "\n```")


def selected(pilot: Pilot[None]) -> str | None:
    return pilot.app.screen.get_selected_text()


def drawn_as_selected(log: ChatLog) -> list[str]:
    """Returns what is drawn on the ground of selected text, row by row."""
    style = log.screen.get_component_rich_style("screen--selection", partial=True)
    rows = []
    for y in range(log.size.height):
        parts = [
            part.text
            for part in log.render_line(y)
            if part.style and part.style.bgcolor == style.bgcolor
        ]
        if parts:
            rows.append("".join(parts))
    return rows


async def test_it_begins_with_the_first_line_of_the_last_message_and_grows_by_lines() -> None:
    async with LogApp([question(1, "Go"), answer(2, "a\n\nb\n\nc")]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("V")
        assert log.is_selecting
        assert drawn_as_selected(log) == ["a"]
        await pilot.press("j", "down", "j")
        assert selected(pilot) == "a\n\nb"
        assert drawn_as_selected(log) == ["a", "b"]
        await pilot.press("k", "up", "k", "k")
        assert selected(pilot) == "answer\na"


async def test_selected_text_can_be_read() -> None:
    async with LogApp([answer(1, "one `two` [three](https://a.org)")]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        before = log.render_line(1)
        await pilot.press("v")
        colours = [part.style and part.style.color for part in log.render_line(1)]
        assert colours == [part.style and part.style.color for part in before]
        assert log.render_line(1) != before


async def test_it_begins_in_the_marked_message_below_what_is_scrolled_away() -> None:
    async with LogApp([question(1, "Go"), CODE, question(3, "On")]).run_test(size=SIZE) as pilot:
        await pilot.press("k", "down", "down", "down", "v")
        assert selected(pilot) == "line 3"


async def test_it_begins_in_view_however_far_the_marked_message_was_scrolled_away() -> None:
    async with LogApp(conversation(40)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.mark_message(4)
        await pilot.press("end", "v")
        assert log.cursor in {row.position.message for row in log.rows}
        assert drawn_as_selected(log) == [selected(pilot)]


async def test_pictures_and_headings_are_not_where_it_begins() -> None:
    async with LogApp([question(1, "Who?", PHOTO)]).run_test(size=(60, 30)) as pilot:
        await pilot.press("v")
        assert selected(pilot) == "Who?"
        await pilot.press("home", "c")
        assert pilot.app.clipboard.startswith("you\n")
        assert pilot.app.clipboard.endswith("\nWho?")


@pytest.mark.parametrize("key", ["c", "enter", "ctrl+c"])
async def test_copying_takes_wrapped_lines_together_and_ends_it(key: str) -> None:
    text = f"{WORDS}\n\n- {WORDS}\n\nend"
    async with LogApp([answer(1, text)]).run_test(size=(40, 20)) as pilot:
        log = log_of(pilot)
        await pilot.press("v", *["j"] * 5, key)
        assert pilot.app.clipboard == f"{WORDS}\n\n• {WORDS}"
        assert not log.is_selecting
        assert drawn_as_selected(log) == []
        assert log.has_focus


@pytest.mark.parametrize("key", ["v", "V"])
async def test_it_can_be_left_without_copying(key: str) -> None:
    async with LogApp([CODE]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("v", "k", key)
        assert not log.is_selecting
        assert selected(pilot) is None
        assert pilot.app.clipboard == ""
        assert log.has_focus
        await pilot.press("k")
        assert log.cursor == 0


async def test_code_is_copied_as_it_was_written() -> None:
    code = "def f():\n    return " + "1 + " * 20 + "2"
    item = "\n".join(f"  {line}" for line in f"```\n{code}\n```".split("\n"))
    for columns in range(30, 40):
        app = LogApp([answer(1, f"```python\n{code}\n```"), answer(2, f"- Do\n\n{item}")])
        async with app.run_test(size=(columns, 30)) as pilot:
            await pilot.press("k", "k", "v", "end", "k", "c")
            written = pilot.app.clipboard.split("\n\n")
            assert written == [code, "answer\n• Do", code]


async def test_the_other_end_moves_after_o() -> None:
    async with LogApp([answer(2, "a\n\nb\n\nc\n\nd")]).run_test(size=SIZE) as pilot:
        await pilot.press("v", *["j"] * 4, "o", "j", "j")
        assert selected(pilot) == "b\n\nc"
        await pilot.press("j", "j", "j", "j")
        assert selected(pilot) == "c\n\nd"


async def test_the_view_follows_the_moving_end_by_pages_and_to_both_ends() -> None:
    async with LogApp(conversation(40)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("pageup", "pageup", "v")
        begin = next(
            row.position
            for row in log.rows
            if row.line.text and row.line.text in (selected(pilot) or "")
        )
        for _ in range(3):
            before = log.top
            await pilot.press("pageup")
            assert log.top < before
        assert drawn_as_selected(log)
        await pilot.press("ctrl+home")
        assert log.top == Position(0, 0)
        assert (selected(pilot) or "").startswith("you\nMessage 0\n")
        await pilot.press("ctrl+end")
        assert log.rows[-1].position == log.transcript.end(log.look)
        assert not log.following
        await pilot.press("o")
        assert begin in {row.position for row in log.rows}


async def test_text_that_streams_in_moves_neither_view_nor_selection() -> None:
    async with LogApp([CODE, opened(3)]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.append_text(3, f"{WORDS}\n\nthe second")
        await until(pilot, lambda: "the second" in screen_lines(log))
        await pilot.press("v", "j", "j", "j")
        begun = selected(pilot)
        assert begun == f"{WORDS}\n\nthe second"
        top = log.top
        log.append_text(3, " paragraph goes on\n\n" + "and on\n\n" * 50)
        await until(pilot, lambda: log.transcript.views[1].kept_lines > 50)
        assert log.top == top
        assert selected(pilot) == f"{begun} paragraph goes on"
        log.end_message(answer(3, log.transcript.views[1].text))
        assert selected(pilot) == f"{begun} paragraph goes on"
        await pilot.press("ctrl+end", "c")
        assert pilot.app.clipboard.endswith("and on\n")
        assert log.following


async def test_a_terminal_that_is_resized_keeps_the_text_selected() -> None:
    table = f"| head | {WORDS} |\n|---|---|\n| x | {WORDS} |"
    text = f"{WORDS}\n\n{WORDS} a\n\n{table}\n\n> {WORDS} b\n\nend"
    async with LogApp([*conversation(9), answer(20, text)]).run_test(size=(60, 20)) as pilot:
        log = log_of(pilot)
        await pilot.press("v", "j", "j", "o", "j", "j", "j", "o")
        while "thirteen b" not in (selected(pilot) or ""):
            await pilot.press("j")
        begun = selected(pilot)
        assert begun is not None
        assert begun.startswith("one two")
        for columns, rows in ((24, 12), (100, 30), (40, 20), (60, 20)):
            await pilot.resize_terminal(columns, rows)
            await until(pilot, lambda size=(columns, rows): log.size == size)  # type: ignore[misc]
            now = (selected(pilot) or "").split()
            assert now[:13] == WORDS.split()
            assert now[-2:] == ["thirteen", "b"]
            assert drawn_as_selected(log)
        assert selected(pilot) == begun


async def test_a_picture_that_is_drawn_above_moves_the_selection_with_its_text() -> None:
    app = LogApp([question(1, "Who is it?\nAnd where?", PHOTO)])
    async with app.run_test(size=(60, 30)) as pilot:
        log = log_of(pilot)
        await pilot.press("v", "j")
        before = log.rows[0], drawn_as_selected(log)
        rows = len(log.transcript.lines(0, log.look))
        app.may_draw.set()
        await until(pilot, lambda: len(log.transcript.lines(0, log.look)) < rows)
        assert selected(pilot) == "Who is it?\nAnd where?"
        assert (log.rows[0], drawn_as_selected(log)) == before


async def test_another_conversation_and_a_cut_branch_end_it() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("v")
        log.show_messages(conversation(9))
        assert not log.is_selecting
        assert log.following
        await pilot.press("v")
        log.start_turn(log.transcript.views[6].message, opened(20))
        assert not log.is_selecting
        assert selected(pilot) is None
        await pilot.press("k", "k", "v")
        kept = selected(pilot)
        log.start_turn(question(21, "next"), opened(22))
        assert log.is_selecting
        assert selected(pilot) == kept


async def test_the_mouse_takes_over_with_what_it_selects() -> None:
    async with LogApp([answer(2, "one two\n\nthree")]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("v", "j")
        await pilot.mouse_down(ChatLog, offset=(1, 1))
        await pilot.hover(ChatLog, offset=(3, 1))
        await pilot.mouse_up(ChatLog, offset=(3, 1))
        await until(pilot, lambda: not log.is_selecting)
        assert selected(pilot) == "one"
        await pilot.press("v", "j", "j")
        assert selected(pilot) == "one two\n\nthree"
        await pilot.click(ChatLog, offset=(20, 15))
        await until(pilot, lambda: not log.is_selecting)
        assert selected(pilot) is None


async def test_it_outlives_a_terminal_that_loses_the_focus() -> None:
    async with LogApp([CODE]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("v")
        pilot.app.post_message(AppBlur())
        await until(pilot, lambda: not log.has_focus)
        pilot.app.post_message(AppFocus())
        await until(pilot, lambda: log.has_focus)
        await pilot.press("k", "c")
        assert len(pilot.app.clipboard.splitlines()) == 2


async def test_an_empty_log_has_nothing_to_select() -> None:
    async with LogApp([]).run_test(size=SIZE) as pilot:
        await pilot.press("v", "j")
        assert not log_of(pilot).is_selecting
