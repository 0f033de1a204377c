"""Scrolled up while text comes: the log says so, and by which key to see it."""

from ...messages import answer, opened, question
from .log_app import SIZE, LogApp, conversation, log_of, screen_lines, until

BADGE = " ↓ more below · "
MORE = "new text\n\n" * 50


def painted(app: LogApp) -> list[str]:
    """Returns the rows as they are on screen, the badge included."""
    height = app.size.height
    strips = app.screen._compositor.render_strips(app.size)
    return ["".join(segment.text for segment in strips[y]) for y in range(height)]


async def test_a_badge_tells_of_text_below_until_the_end_is_seen() -> None:
    app = LogApp(conversation(9))
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.add_message(opened(10))
        await pilot.press("pageup")
        before = screen_lines(log)
        assert BADGE not in painted(app)[-1]
        log.append_text(10, MORE)
        await until(pilot, lambda: log.has_more_below)
        assert BADGE in painted(app)[-1]
        assert screen_lines(log) == before
        await pilot.press("end")
        assert not log.has_more_below
        assert BADGE not in painted(app)[-1]


async def test_scrolling_down_to_the_end_takes_the_badge_away() -> None:
    app = LogApp(conversation(9))
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("pageup")
        log.add_message(answer(10, "Short."))
        assert log.has_more_below
        await pilot.press("pagedown", "pagedown")
        assert not log.has_more_below


async def test_a_click_on_the_badge_goes_to_the_end_and_beside_it_does_not() -> None:
    app = LogApp(conversation(9))
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("pageup")
        log.add_message(answer(10, MORE))
        row = log.page_height - 1
        await pilot.click(log, offset=(2, row))
        assert log.has_more_below
        await pilot.click(log, offset=(painted(app)[row].index("more"), row))
        assert log.following


async def test_there_is_none_while_the_end_is_in_view_or_lines_are_selected() -> None:
    app = LogApp([question(1, "Go"), opened(2)])
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        await pilot.press("home")
        log.append_text(2, "One line.")
        await until(pilot, lambda: "One line." in screen_lines(log))
        assert not log.has_more_below
        await pilot.press("v")
        log.append_text(2, MORE)
        await until(pilot, lambda: log.has_more_below)
        assert BADGE not in painted(app)[-1]
        await pilot.press("v")
        assert BADGE in painted(app)[-1]


async def test_a_double_click_selects_a_word_that_can_be_copied() -> None:
    app = LogApp([answer(1, "The 世界 of snake_case.py, and " + "x" * 70)])
    async with app.run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        for x, y, word in [
            (6, 1, "世界"),
            (5, 1, "世界"),
            (15, 1, "snake_case.py"),
            (3, 2, "x" * 70),
        ]:
            await pilot.click(log, offset=(x, y), times=2)
            assert app.screen.get_selected_text() == word
        await pilot.press("c")
        assert app.clipboard == "x" * 70
        await pilot.click(log, offset=(4, 1), times=2)
        assert not app.screen.get_selected_text()
