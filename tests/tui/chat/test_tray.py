"""The tray alone: what it shows of what is about to be sent."""

from pathlib import Path

from textual.app import App, ComposeResult

from seeshell.core.conversation import Attachment
from seeshell.tui.chat.tray import Checking, Tray, Waiting
from seeshell.tui.session.draft import DraftPicture


class TrayApp(App[None]):
    """A tray alone."""

    CSS_PATH = str(Path(__file__).parents[3] / "tui" / "chat" / "tray.tcss")

    def compose(self) -> ComposeResult:
        yield Tray()


NONE = Waiting()


def picture(name: str) -> DraftPicture:
    return DraftPicture(Path(name), Attachment("a" * 64, name, 4, 3, tokens=12))


async def rows_of(*pictures: DraftPicture, waiting: Waiting = NONE) -> list[str]:
    """Returns the rows of a tray that has 40 columns for its text."""
    app = TrayApp()
    async with app.run_test(size=(42, 12)) as pilot:
        tray = app.query_one(Tray)
        tray.pictures, tray.waiting = pictures, waiting
        await pilot.pause()
        strips = app.screen._compositor.render_strips()[: tray.size.height]
        return [strip.text.strip() for strip in strips]


async def test_a_chip_that_fits_into_a_row_is_never_broken() -> None:
    assert await rows_of(picture("one.png"), picture("two.png"), picture("a-longer-name.png")) == [
        "[1] one.png 12 tok   [2] two.png 12 tok",
        "[3] a-longer-name.png 12 tok",
    ]


async def test_why_a_picture_can_not_be_sent_is_told_to_the_end() -> None:
    reason = "lemons.png is damaged: the file ends in the middle of the picture."
    rows = await rows_of(DraftPicture(Path("lemons.png"), error=reason), picture("one.png"))
    assert " ".join(rows) == f"[1] {reason} [2] one.png 12 tok"


async def test_of_many_pictures_those_that_find_no_room_are_counted() -> None:
    rows = await rows_of(*(picture(f"a-rather-long-name-{n}.png") for n in range(12)))
    assert rows == [f"[{n + 1}] a-rather-long-name-{n}.png 12 tok" for n in range(3)] + [
        "and 9 more"
    ]


async def test_a_long_message_that_is_queued_takes_one_row() -> None:
    rows = await rows_of(picture("one.png"), waiting=Waiting(("and the square? " * 9,)))
    assert rows == [
        "1 queued  ctrl+t takes the last one back",
        "and the square? and the square? and t…",
        "[1] one.png 12 tok",
    ]


async def test_a_paused_queue_says_which_key_resumes_it() -> None:
    rows = await rows_of(waiting=Waiting(("one", "two"), is_paused=True))
    assert rows == ["2 queued, paused: ctrl+g resumes  ctrl+…", "one", "two"]


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


async def test_what_waits_for_its_pictures_is_seen_with_how_far_they_are() -> None:
    first, second = Checking("how much?", 2, 8), Checking("and why?", 0, 0)
    rows = await rows_of(waiting=Waiting(checking=(first, second)))
    assert [row[:15] for row in rows] == ["checking 3 of 8", "sent after that"]
    assert all("ctrl+t takes it back" in row for row in rows)
    rows = await rows_of(waiting=Waiting(checking=(first,) + 9 * (second,)))
    assert len(rows) == 4
    assert rows[-1] == "and 7 more after that"
