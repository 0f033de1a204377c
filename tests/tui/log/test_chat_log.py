import subprocess
import sys

import pytest
from msgspec.structs import replace
from textual.events import MouseScrollUp

from seeshell.core.conversation import Attachment, TurnStats
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


async def test_a_conversation_opens_at_its_end() -> None:
    async with LogApp(conversation(200)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        assert log.following
        assert log.scroll_offset.y == log.max_scroll_y
        assert log.rows[-1].position.message == 199


async def test_the_end_is_followed_while_the_view_grows_and_shrinks() -> None:
    async with LogApp(conversation(40)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        for rows in (19, 20, 18, 21):
            await pilot.resize_terminal(60, rows)
            assert log.following
            assert log.rows[-1].position == log.transcript.end(log.look)


async def test_a_log_that_becomes_visible_is_drawn_though_textual_takes_it_for_visible() -> None:
    async with LogApp(conversation(40)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.display = False
        await pilot.pause()
        await pilot.resize_terminal(60, 12)
        log.display = True
        # What a scrolled list and a region that is asked for in the middle of it come to.
        pilot.app.screen._compositor._full_map_invalidated = True
        assert log.region
        await until(pilot, lambda: log.size.height == 12 == len(log.rows))
        assert log.rows[-1].position == log.transcript.end(log.look)


async def test_only_messages_in_view_are_rendered_when_opening() -> None:
    async with LogApp(conversation(200)).run_test(size=SIZE) as pilot:
        views = log_of(pilot).transcript.views
        assert sum(view.kept_lines > 0 for view in views) < 10


async def test_paging_up_and_down_shows_every_line_once() -> None:
    async with LogApp(conversation(40)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        seen = {row.position for row in log.rows}
        while log.top != Position(0, 0):
            below = log.rows[0].position
            await pilot.press("pageup")
            assert below in {row.position for row in log.rows}
            seen |= {row.position for row in log.rows}
        lines = [len(log.transcript.lines(number, log.look)) for number in range(40)]
        assert seen == {Position(n, line) for n, count in enumerate(lines) for line in range(count)}
        assert not log.following
        await pilot.press("end")
        assert log.following
        assert log.scroll_offset.y == log.max_scroll_y


async def test_estimates_are_set_right_without_the_view_moving() -> None:
    async with LogApp(conversation(100)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.scroll_to(y=log.max_scroll_y // 2)
        await pilot.pause()
        before = screen_lines(log)
        for view in log.transcript.views[: log.top.message]:
            view.lines(log.look)
        log.settle()
        assert screen_lines(log) == before
        tops = log.transcript.tops(log.look)
        assert log.scroll_offset.y == tops[log.top.message] + log.top.line


async def test_streamed_text_is_followed_and_rendered_as_it_will_stay() -> None:
    app = LogApp(conversation(3))
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 40
        text = "# Title\n\n" + "Some *text*.\n\n" * 30 + table
        log.add_message(question(10, "Go"))
        log.add_message(opened(11))
        for start in range(0, len(text), 7):
            log.append_text(11, text[start : start + 7])
        await until(pilot, lambda: screen_lines(log)[-2:] == ["1  2", ""])
        assert log.following
        log.end_message(answer(11, text, stats=TurnStats(ttft=0.5)))
        streamed = screen_lines(log)
        assert "first token 0.50 s" in " ".join(streamed[-3:])
        log.show_messages([*app.messages, question(10, "Go"), log.transcript.views[-1].message])
        assert screen_lines(log) == streamed


async def test_the_view_stands_still_once_the_user_has_scrolled_up() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.add_message(opened(10))
        await pilot.press("pageup")
        assert not log.following
        before = screen_lines(log)
        log.append_text(10, "new text\n\n" * 50)
        log.end_message(answer(10, "new text\n\n" * 50))
        assert screen_lines(log) == before
        await pilot.press("ctrl+end")
        assert log.following
        assert screen_lines(log)[-2] == "new text"


async def test_scrolling_back_down_to_the_end_follows_it_again() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("pageup", "pagedown", "pagedown")
        assert log.following


async def test_the_users_own_message_brings_the_end_into_view() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("home")
        log.add_message(question(10, "The newest"))
        assert screen_lines(log)[-2] == "The newest"


async def test_the_wheel_scrolls() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.post_message(MouseScrollUp(log, 5, 5, 0, -1, 0, shift=False, meta=False, ctrl=False))
        await until(pilot, lambda: not log.following)


async def test_fractions_of_a_line_add_up_while_a_selection_scrolls() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        start = log.scroll_offset.y
        for _ in range(10):
            log.scroll_y -= 0.3
        assert log.scroll_offset.y == start - 3


async def test_a_resize_keeps_the_message_in_view() -> None:
    async with LogApp(conversation(60)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.scroll_to(y=log.max_scroll_y // 2)
        top = log.top.message
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: log.size.width > 90)
        assert log.top.message == top
        await pilot.press("end")
        await pilot.resize_terminal(50, 15)
        await until(pilot, lambda: log.size.width < 60)
        assert log.scroll_offset.y == log.max_scroll_y


async def test_text_for_another_conversation_is_ignored() -> None:
    async with LogApp(conversation(2)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        before = screen_lines(log)
        log.append_text(99, "stray")
        log.end_message(answer(99, "stray"))
        assert screen_lines(log) == before


async def test_a_message_that_is_there_already_starts_anew() -> None:
    async with LogApp([question(1, "Go"), opened(2)]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.append_text(2, "half an answer")
        log.add_message(opened(2))
        log.append_text(2, "whole")
        await until(pilot, lambda: "whole" in screen_lines(log))
        assert len(log.transcript.views) == 2


async def test_only_rows_that_changed_are_painted() -> None:
    async with LogApp([question(1, "Go"), opened(2)]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.append_text(2, "some words")
        await until(pilot, lambda: "some words" in screen_lines(log))
        painted: list[int] = []
        render_line = log.render_line
        log.render_line = lambda y: painted.append(y) or render_line(y)  # type: ignore[func-returns-value, method-assign]
        log.append_text(2, " and more")
        await until(pilot, lambda: bool(painted))
        await pilot.pause()
        assert set(painted) == {4}


async def test_a_picture_is_drawn_when_it_comes_into_view() -> None:
    messages = [question(1, "Who?", PHOTO), *conversation(20)[2:]]
    app = LogApp(messages)
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        assert app.asked == []
        await pilot.press("home")
        await until(pilot, lambda: len(app.asked) == 1)
        assert app.asked == [("photo.jpg", log.look.width, 12)]
        assert screen_lines(log)[13:15] == ["photo.jpg · 400x300", "Who?"]
        app.may_draw.set()
        await until(pilot, lambda: "▓" * 16 in screen_lines(log)[1])
        assert "photo.jpg · 400x300" in screen_lines(log)[3]
        assert screen_lines(log)[7] == "Who?"


@pytest.mark.parametrize(
    ("size", "rows"), [((80, 24), 12), ((80, 12), 10), ((200, 60), 30), ((100, 40), 20)]
)
async def test_a_picture_grows_with_the_terminal(size: tuple[int, int], rows: int) -> None:
    app = LogApp([question(1, "Who?", PHOTO)])
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: len(app.asked) == 1)
        assert [asked[2] for asked in app.asked] == [rows]


async def test_receipts_can_be_hidden() -> None:
    stats = TurnStats(reused_tokens=984)
    async with LogApp([answer(2, "Yes.", stats=stats)]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        assert "reused 984" in screen_lines(log)[2]
        log.show_receipts = False
        assert screen_lines(log)[:3] == ["answer", "Yes.", ""]


async def test_the_cursor_moves_by_messages_and_copies_one() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        assert log.cursor == 8
        await pilot.press("k", "k")
        assert log.cursor == 6
        assert Position(6, 0) in {row.position for row in log.rows}
        marked = [y for y in range(log.size.height) if log.render_line(y).text.startswith("▎")]
        assert {log.rows[y].position.message for y in marked} == {6}
        await pilot.press("c")
        assert pilot.app.clipboard == log.transcript.views[6].message.text
        await pilot.press(*["j"] * 9)
        assert log.cursor == 8
        assert log.following


async def test_a_turn_takes_the_place_of_what_stood_below_its_parent() -> None:
    async with LogApp(conversation(9)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        asked = log.transcript.views[6]
        await pilot.press("k")
        log.start_turn(asked.message, opened(20))
        assert [view.message.id for view in log.transcript.views] == [*range(7), 20]
        assert log.transcript.views[6] is asked
        assert log.cursor == 7
        assert log.following
        log.append_text(20, "anew")
        await until(pilot, lambda: "anew" in screen_lines(log))
        log.start_turn(question(21, "instead", parent=3), opened(22))
        assert [view.message.id for view in log.transcript.views] == [0, 1, 2, 3, 21, 22]
        log.start_turn(replace(question(23, "first"), parent_id=None), opened(24))
        assert [view.message.id for view in log.transcript.views] == [23, 24]
        assert screen_lines(log)[:2] == ["you", "first"]


async def test_a_message_is_marked_and_brought_into_view() -> None:
    async with LogApp(conversation(30)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.mark_message(4)
        assert log.cursor == 4
        assert Position(4, 0) in {row.position for row in log.rows}
        log.mark_message(99)
        assert log.cursor == 4


async def test_enter_opens_what_is_marked() -> None:
    linked = answer(2, "[a](https://a.org) or https://b.org")
    app = LogApp([question(1, "Who?", PHOTO), linked])
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("enter", "right", "enter", "right", "enter", "k", "enter")
        await until(pilot, lambda: len(app.posted) == 4)
        assert app.posted == ["https://a.org", "https://b.org", "https://a.org", PHOTO]


async def test_a_click_opens_links_and_pictures() -> None:
    app = LogApp([question(1, "Who?", PHOTO), answer(2, "see https://a.org there")])
    async with app.run_test(size=(60, 30)) as pilot:
        lines = screen_lines(log_of(pilot))
        row = lines.index("see https://a.org there")
        for offset in [(7, row), (2, row), (5, 4)]:
            await pilot.click(ChatLog, offset=offset)
        await until(pilot, lambda: len(app.posted) == 2)
        assert app.posted == ["https://a.org", PHOTO]


async def test_the_mouse_selects_text_over_messages_and_wrapped_lines() -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen"
    app = LogApp([question(1, "Go on, please."), answer(2, f"{words}\n\n`code`")])
    async with app.run_test(size=(40, 20)) as pilot:
        lines = screen_lines(log_of(pilot))
        await pilot.mouse_down(ChatLog, offset=(4, 1))
        await pilot.hover(ChatLog, offset=(4, lines.index("code")))
        await pilot.mouse_up(ChatLog, offset=(4, lines.index("code")))
        selected = pilot.app.screen.get_selected_text()
        assert selected == f"on, please.\n\nanswer\n{words}\n\ncode"
        await pilot.press("c")
        assert pilot.app.clipboard == selected


async def test_a_selection_stays_on_its_text_when_the_log_grows_above() -> None:
    async with LogApp(conversation(30)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("pageup")
        row = next(y for y, line in enumerate(screen_lines(log)) if line.startswith("Message"))
        await pilot.mouse_down(ChatLog, offset=(1, row))
        await pilot.hover(ChatLog, offset=(7, row))
        await pilot.mouse_up(ChatLog, offset=(7, row))
        assert pilot.app.screen.get_selected_text() == "Message"
        await pilot.press("pageup", "pageup", "home", "end")
        assert pilot.app.screen.get_selected_text() == "Message"


async def test_a_new_theme_changes_the_colours() -> None:
    async with LogApp([answer(1, "Yes.")]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        before = log.render_line(1)
        pilot.app.theme = "textual-light"
        await until(pilot, lambda: log.render_line(1) != before)
        assert log.render_line(1).text == before.text


async def test_nothing_from_outside_steers_the_terminal_or_is_markup() -> None:
    hostile = "\x1b]52;c;AAAA\x07\x9b31m\u202e[red]x[/red] &#27;c \x00"
    photo = Attachment("cd" * 32, hostile, 4, 3)
    failed = answer(3, hostile, "failed", error=hostile, model=hostile)
    messages = [question(1, hostile, photo), answer(2, f"{hostile}\n\n```{hostile}\n{hostile}")]
    async with LogApp([*messages, failed]).run_test(size=(100, 40)) as pilot:
        shown = screen_lines(log_of(pilot))
        assert all(line.isprintable() for line in shown)
        assert sum("[red]x[/red]" in line for line in shown) == 6


def test_importing_the_log_leaves_parsers_and_pillow_for_later() -> None:
    late = ("markdown_it", "pygments.lexers", "PIL")
    code = f"import sys, seeshell.tui.log; print([m for m in {late} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
