"""Words searched for in the log: which places are found, marked, walked and brought into view."""

import time

import pytest
from textual.pilot import Pilot

from seeshell.core.conversation import Message, ThoughtsPart
from seeshell.core.folding import Words
from seeshell.core.kept import HitPlace
from seeshell.tui.log import ChatLog

from ...messages import answer, question
from .log_app import PHOTO, SIZE, LogApp, conversation, log_of, screen_lines


class WordsApp(LogApp):
    """A log alone, in a theme that tells the place that is shown from the others."""

    def on_mount(self) -> None:
        self.theme = "nord"
        super().on_mount()


def marked(log: ChatLog, *, here: bool) -> list[str]:
    """Returns the texts on screen that are drawn as found, or as the place that is shown."""
    look = log.look.palette.found_here if here else log.look.palette.found
    texts = []
    for y in range(log.size.height):
        runs = [(it.text, it.style) for it in log.render_line(y) if it.style]
        texts += [text for text, style in runs if style.bgcolor == look.bgcolor]
    return texts


def walked(log: ChatLog) -> tuple[int | None, int]:
    assert log.found is not None
    return log.hit_number, log.found.total


async def test_all_places_are_marked_and_keys_walk_them_round() -> None:
    text = "The *Lemon* and the `lémon`."
    messages = [question(1, "A lemon?"), answer(2, text), question(3, "x")]
    async with WordsApp(messages).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.search(Words(["lemon"]), 0)
        await pilot.pause()
        assert walked(log) == (0, 3)
        assert marked(log, here=True) == ["lemon"]
        assert marked(log, here=False) == ["Lemon", "lémon"]
        await pilot.press("n", "n")
        assert walked(log) == (2, 3)
        assert marked(log, here=True) == ["lémon"]
        await pilot.press("n")
        assert walked(log) == (0, 3)
        await pilot.press("N")
        assert walked(log) == (2, 3)
        log.leave_search()
        assert not marked(log, here=True) + marked(log, here=False)


async def test_a_phrase_is_found_where_the_line_was_wrapped() -> None:
    text = "word " * 8 + "a yellow crate " + "word " * 10
    async with WordsApp([answer(1, text)]).run_test(size=(53, 20)) as pilot:
        log = log_of(pilot)
        log.search(Words(["yellow crate"]), 0)
        await pilot.pause()
        assert "".join(marked(log, here=True)) == "yellowcrate"
        assert walked(log) == (0, 1)


async def test_a_place_far_up_comes_into_view_with_what_is_around_it() -> None:
    async with WordsApp(conversation(200)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.search(Words(["Message 13"]), 13)
        await pilot.pause()
        assert "Message 13" in screen_lines(log)
        assert log.cursor == 13
        assert not log.following
        assert walked(log)[1] == 11


async def test_thoughts_unfold_where_something_was_found_in_them() -> None:
    parts = (ThoughtsPart("A lime, or a lemon?"), *answer(2, "A lime.").parts)
    thoughtful = answer(2, "A lime.")
    thoughtful = Message(2, 1, "assistant", parts, thoughtful.created_at, finish_reason="stop")
    async with WordsApp([question(1, "Which?"), thoughtful]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.search(Words(["lime"]), 1, "text")
        await pilot.pause()
        assert walked(log) == (1, 2)
        assert not log.shows_thoughts
        await pilot.press("N")
        assert log.shows_thoughts
        assert marked(log, here=True) == ["lime"]
        assert any("A lime, or a lemon?" in line for line in screen_lines(log))


@pytest.mark.parametrize(
    ("words", "place", "number", "total"),
    [("photo", "picture", 0, 2), ("photo", "text", 1, 2), ("400", None, None, 0)],
)
async def test_pictures_are_found_by_their_names_alone(
    words: str, place: HitPlace | None, number: int | None, total: int
) -> None:
    app = WordsApp([question(1, "Which photo?", PHOTO)])
    app.may_draw.set()
    async with app.run_test(size=(80, 30)) as pilot:
        log = log_of(pilot)
        log.search(Words([words]), 0, place)
        await pilot.pause()
        assert walked(log) == (number, total)
        if number is not None:
            assert marked(log, here=True) == [words]


async def test_what_streams_is_searched_as_it_comes() -> None:
    opened = Message(2, 1, "assistant", (), 0.0)
    async with WordsApp([question(1, "lemon?"), opened]).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.search(Words(["lemon"]), 0)
        log.append_text(2, "A lemon")
        log.settle()
        assert walked(log) == (0, 2)
        log.end_message(answer(2, "A lemon, no: a lemon."))
        assert walked(log) == (0, 3)


async def test_n_walks_boxes_again_once_the_search_is_left() -> None:
    box = '{"bbox_2d": [0, 0, 500, 1000], "label": "left half"}'
    app = WordsApp([question(1, "Where?", PHOTO), answer(2, box)])
    app.may_draw.set()
    async with app.run_test(size=(80, 30)) as pilot:
        log = log_of(pilot)
        await pilot.pause()
        log.search(Words(["half"]), 0)
        await pilot.press("n")
        assert log.chosen is None
        log.leave_search()
        await pilot.press("n")
        assert log.chosen == 0


async def test_a_search_in_two_thousand_messages_takes_a_moment() -> None:
    async with WordsApp(conversation(2000)).run_test(size=SIZE) as pilot:
        log = log_of(pilot)
        log.search(Words(["first search folds"]), 0)
        assert seconds_of(pilot, "word") < 0.2
        assert log.found is not None
        assert log.found.total == 500 * 100


def seconds_of(pilot: Pilot[None], words: str) -> float:
    start = time.process_time()
    log_of(pilot).search(Words([words]), 1000)
    return time.process_time() - start
