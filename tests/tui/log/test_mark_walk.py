"""Boxes of answers in the log: which lie over a picture, and keys that walk them."""

from typing import Any

from msgspec.structs import replace
from textual.pilot import Pilot

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Region
from seeshell.core.pictures.jobs import DrawnMark
from seeshell.tui.line_profile import FAST
from seeshell.tui.log import ChatLog

from ...messages import answer, opened, question
from ...patience import PATIENCE
from .log_app import PHOTO, LogApp, log_of, screen_lines, until

TWO = (
    '```json\n[{"bbox_2d": [100, 100, 500, 500], "label": "nose"},\n {"point_2d": [900, 800]}]\n```'
)
OTHER = '{"bbox_2d": [0, 0, 500, 1000], "label": "left half"}'


class MarkedApp(LogApp):
    """A log alone, with what it wants cropped."""

    cropped: tuple[Attachment, Region] | None = None
    line = FAST

    def on_mark_walking_view_crop_wanted(self, event: ChatLog.CropWanted) -> None:
        self.cropped = (event.attachment, event.region)


def app_with(*messages: Any) -> MarkedApp:
    app = MarkedApp([question(1, "Where?", PHOTO), *messages])
    app.may_draw.set()
    return app


def over(app: LogApp) -> list[tuple[str, tuple[int, int, int, int], bool]]:
    """Returns what lies over the picture that was drawn last: label, corners, whether thick."""
    return [
        (it.label, (it.left, it.top, it.right, it.bottom), it.is_thick) for it in app.marked[-1]
    ]


async def drawn_with(pilot: Pilot[None], count: int, *, thick: int | None = None) -> None:
    """Waits until the picture is drawn with marks, one of which may be thick."""
    app = pilot.app
    assert isinstance(app, LogApp)

    def is_drawn() -> bool:
        marks: tuple[DrawnMark, ...] = app.marked[-1] if app.marked else ()
        numbers = [it.number for it in marks if it.is_thick]
        return len(marks) == count and numbers == ([thick] if thick else [])

    await until(pilot, is_drawn)


async def test_boxes_of_the_newest_answer_lie_over_its_picture_and_are_named_below_it() -> None:
    app = app_with(answer(2, TWO))
    async with app.run_test(size=(80, 40)) as pilot:
        await drawn_with(pilot, 2)
        assert over(app) == [
            ("nose", (40, 30, 200, 150), False),
            ("", (360, 240, 361, 241), False),
        ]
        assert "  ■\N{NO-BREAK SPACE}1 nose  ●\N{NO-BREAK SPACE}2" in screen_lines(log_of(pilot))


async def test_a_box_is_drawn_and_named_once_it_is_complete_while_its_answer_streams() -> None:
    app = app_with(opened(2))
    first, second = TWO[: TWO.index("\n {") + 1], TWO[TWO.index("\n {") + 1 :]
    async with app.run_test(size=(80, 40)) as pilot:
        await drawn_with(pilot, 0)
        log_of(pilot).append_text(2, first[:-4])
        await until(pilot, lambda: "nose" in "\n".join(screen_lines(log_of(pilot))))
        assert not app.marked[-1]
        log_of(pilot).append_text(2, first[-4:])
        await drawn_with(pilot, 1)
        assert "  ■\N{NO-BREAK SPACE}1 nose" in screen_lines(log_of(pilot))
        log_of(pilot).append_text(2, second)
        log_of(pilot).end_message(answer(2, TWO))
        await drawn_with(pilot, 2)
        await until(pilot, lambda: "1 nose  ●" in "\n".join(screen_lines(log_of(pilot))))
        assert len(app.marked) == 3


async def test_boxes_that_come_in_quick_succession_have_the_picture_drawn_but_twice() -> None:
    app = app_with(opened(2))
    app.line = FAST._replace(mark_seconds=PATIENCE)
    boxes = [
        f'{{"bbox_2d": [{at}, 0, {at + 5}, 9], "label": "{at}"}},\n' for at in range(0, 900, 30)
    ]
    async with app.run_test(size=(80, 50)) as pilot:
        await drawn_with(pilot, 0)
        for box in boxes:
            log_of(pilot).append_text(2, box)
            await pilot.pause()
        await until(pilot, lambda: "18 more" in "\n".join(screen_lines(log_of(pilot))))
        log_of(pilot).end_message(answer(2, "".join(boxes)))
        await drawn_with(pilot, len(boxes))
        _without_any, first, last = app.marked
        assert len(first) < len(last)


async def test_a_walked_box_of_an_open_answer_stays_highlighted_when_that_ends() -> None:
    app = app_with(opened(2))
    async with app.run_test(size=(80, 40)) as pilot:
        log_of(pilot).append_text(2, TWO)
        await drawn_with(pilot, 2)
        await pilot.press("n")
        await drawn_with(pilot, 2, thick=1)
        log_of(pilot).end_message(answer(2, TWO))
        await pilot.pause()
        assert log_of(pilot).chosen_mark is not None
        log_of(pilot).end_message(answer(2, "Nothing."))
        assert log_of(pilot).chosen_mark is None


async def test_boxes_of_a_model_that_counts_pixels_are_drawn_so_while_they_come() -> None:
    app = MarkedApp([question(1, "Where?", replace(PHOTO, model_width=200, model_height=150))])
    app.may_draw.set()
    async with app.run_test(size=(80, 40)) as pilot:
        log_of(pilot).transcript.boxes_in_pixels = True
        log_of(pilot).add_message(opened(2))
        log_of(pilot).append_text(2, '{"bbox_2d": [20, 15, 100, 75]}')
        await drawn_with(pilot, 1)
        assert over(app) == [("", (40, 30, 200, 150), False)]


async def test_the_marked_answer_wins_over_the_newest() -> None:
    app = app_with(answer(2, TWO), question(3, "The left?"), answer(4, OTHER))
    async with app.run_test(size=(80, 60)) as pilot:
        await drawn_with(pilot, 1)
        await pilot.press("k", "k")
        await drawn_with(pilot, 2)
        await pilot.press("j")
        await drawn_with(pilot, 1)


async def test_n_and_p_walk_the_boxes_and_the_highlighted_one_is_named() -> None:
    app = app_with(answer(2, TWO))
    async with app.run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        await pilot.press("n")
        await drawn_with(pilot, 2, thick=1)
        await until(
            pilot,
            lambda: "1 nose · 160x120 pixels at 40,30" in "\n".join(screen_lines(log)),
        )
        await pilot.press("n")
        await drawn_with(pilot, 2, thick=2)
        await until(pilot, lambda: "2 · pixel 360,240" in "\n".join(screen_lines(log)))
        await pilot.press("n")
        await drawn_with(pilot, 2)
        await pilot.press("p", "p")
        await drawn_with(pilot, 2, thick=1)
        await pilot.press("k")
        await drawn_with(pilot, 2)
        assert log.chosen is None


async def test_boxes_are_hidden_until_they_are_walked_again() -> None:
    app = app_with(answer(2, TWO))
    async with app.run_test(size=(80, 40)) as pilot:
        await drawn_with(pilot, 2)
        await pilot.press("b")
        await drawn_with(pilot, 0)
        await pilot.press("b")
        await drawn_with(pilot, 2)
        await pilot.press("b", "n")
        await drawn_with(pilot, 2, thick=1)


async def test_enter_crops_the_highlighted_box() -> None:
    app = app_with(answer(2, TWO))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("n", "enter")
        await until(pilot, lambda: app.cropped is not None)
        assert app.cropped == (PHOTO, Region(40, 30, 160, 120))
        assert app.posted == []
        assert log_of(pilot).chosen is None


async def test_a_walk_brings_a_picture_into_view_that_was_scrolled_away() -> None:
    talk = [
        it
        for number in range(3, 13, 2)
        for it in (question(number, "And?"), answer(number + 1, "So."))
    ]
    app = app_with(answer(2, TWO + "\n\n" + "word\n\n" * 20), *talk)
    async with app.run_test(size=(60, 20)) as pilot:
        log = log_of(pilot)
        log.mark_message(2)
        await until(pilot, lambda: log.cursor == 1)
        log.scroll_lines(5)
        assert all(row.position.message for row in log.rows)
        await pilot.press("n")
        assert log.rows[0].position.message == 0
        assert log.chosen == 0
        await pilot.press("n")
        assert log.chosen == 1


async def test_keys_for_boxes_do_nothing_where_there_are_none() -> None:
    app = app_with(answer(2, "No idea."))
    async with app.run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        await pilot.press("n", "p")
        assert log.chosen is None
        assert not log.check_action("move_mark", (1,))
        assert not log.check_action("crop_mark", ())


async def test_while_lines_are_selected_keys_leave_boxes_alone() -> None:
    app = app_with(answer(2, TWO))
    async with app.run_test(size=(80, 40)) as pilot:
        log = log_of(pilot)
        await pilot.press("v", "n", "b")
        assert log.is_selecting
        assert log.chosen is None
        assert log.shows_marks
