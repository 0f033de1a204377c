"""The tray alone: what it shows of what waits and what holds the message back."""

from pathlib import Path

from textual.app import App, ComposeResult

from seeshell.tui.chat.tray import Checking, Choices, Tray, Waiting


class TrayApp(App[None]):
    """A tray alone."""

    CSS_PATH = str(Path(__file__).parents[3] / "tui" / "chat" / "tray.tcss")

    def compose(self) -> ComposeResult:
        yield Tray()


async def rows_of(**shown: object) -> list[str]:
    """Returns the rows of a tray that has 40 columns for its text."""
    app = TrayApp()
    async with app.run_test(size=(42, 12)) as pilot:
        tray = app.query_one(Tray)
        for name, value in shown.items():
            setattr(tray, name, value)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()[: tray.size.height]
        return [strip.text.strip() for strip in strips]


async def test_a_long_message_that_is_queued_takes_one_row() -> None:
    rows = await rows_of(waiting=Waiting(("and the square? " * 9,)))
    assert rows == [
        "1 queued  ctrl+t takes the last one back",
        "and the square? and the square? and t…",
    ]


async def test_a_paused_queue_says_which_key_resumes_it() -> None:
    rows = await rows_of(waiting=Waiting(("one", "two"), is_paused=True))
    assert rows == ["2 queued, paused: f8 resumes  ctrl+t ta…", "one", "two"]


async def test_of_a_long_queue_the_rest_is_counted() -> None:
    texts = tuple(f"question {number}" for number in range(1, 6))
    assert (await rows_of(waiting=Waiting(texts[:4])))[1:] == list(texts[:4])
    assert (await rows_of(waiting=Waiting(texts)))[1:] == [*texts[:3], "and 2 more"]


async def test_what_the_core_may_not_have_is_named_apart() -> None:
    rows = await rows_of(waiting=Waiting(("stored",), unsent=("hello",)))
    assert rows == [
        "not sent yet  hello",
        "1 queued  ctrl+t takes the last one back",
        "stored",
    ]


async def test_nothing_takes_no_row() -> None:
    assert await rows_of() == []


async def test_what_is_not_here_is_told_in_full() -> None:
    sentence = "IMG_0412.HEIC is not on this machine: copy it over, as with scp."
    assert " ".join(await rows_of(missing=sentence)) == sentence


async def test_an_edit_says_how_it_ends() -> None:
    assert await rows_of(edited=2) == ["editing question 2  enter resends, esc …"]


async def test_of_many_choices_the_chosen_one_is_in_sight() -> None:
    names = tuple(f"IMG_{number:04}.HEIC" for number in range(40))
    assert await rows_of(choices=Choices(names)) == [
        "IMG_0000.HEIC  IMG_0001.HEIC",
        "IMG_0002.HEIC  IMG_0003.HEIC…",
    ]
    assert await rows_of(choices=Choices(names, 20)) == [
        "IMG_0019.HEIC  IMG_0020.HEIC",
        "IMG_0021.HEIC  IMG_0022.HEIC…",
    ]


async def test_what_waits_for_its_pictures_is_seen_with_how_far_they_are() -> None:
    first, second = Checking("how much?", 2, 8), Checking("and why?", 0, 0)
    rows = await rows_of(waiting=Waiting(checking=(first, second)))
    assert [row[:15] for row in rows] == ["checking 3 of 8", "sent after that"]
    assert all("ctrl+t takes it back" in row for row in rows)
    rows = await rows_of(waiting=Waiting(checking=(first,) + 9 * (second,)))
    assert len(rows) == 4
    assert rows[-1] == "and 7 more after that"
