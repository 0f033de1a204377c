"""The pictures of the next message alone: what is shown of them, and what keys do to them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from seeshell.core.conversation import Attachment
from seeshell.tui.chat.chip_rows import lay_out
from seeshell.tui.chat.chips import Chips
from seeshell.tui.session.draft import Draft, DraftPicture
from seeshell.tui.session.events import SessionEvent
from seeshell.tui.session.picture_edits import PictureEdits
from seeshell.tui.session.prices import NO_PRICE, Price

STYLES = Path(__file__).parents[3] / "tui" / "chat" / "chips.tcss"


class CheckAgain:
    """What has pictures checked; here it only counts."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.measured: list[str] = []

    async def check(self, pictures: Iterable[DraftPicture]) -> None:
        self.checked += [picture.label for picture in pictures if picture.is_checking]

    async def measure_again(self, pictures: Iterable[DraftPicture]) -> None:
        self.measured += [picture.detail for picture in pictures]


class ChipsApp(App[None]):
    """Chips above something else that takes the focus."""

    CSS_PATH = str(STYLES)
    BINDINGS: ClassVar = [("r,u,x,e", "count", "")]

    def __init__(self, *pictures: DraftPicture) -> None:
        super().__init__()
        self.draft = Draft(pictures=list(pictures))
        self.checking = CheckAgain()
        self.opened: list[str] = []
        self.letters = 0

    def compose(self) -> ComposeResult:
        edits = PictureEdits(lambda: self.draft, self.show, self.checking)  # type: ignore[arg-type]
        yield Chips(edits, price_of)
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.show(None)

    def show(self, _event: SessionEvent | None) -> None:
        self.query_one(Chips).pictures = tuple(self.draft.pictures)

    def action_count(self) -> None:
        self.letters += 1

    @on(Chips.PictureOpened)
    def keep(self, event: Chips.PictureOpened) -> None:
        self.opened.append(event.picture.label)

    @on(Chips.Left)
    def leave(self) -> None:
        self.query_one(Input).focus()


def price_of(picture: DraftPicture) -> Price:
    it = picture.attachment
    if it is None:
        return NO_PRICE
    context = 200 if picture.seconds else 0
    return Price(it.model_width, it.model_height, it.tokens, picture.seconds, context)


def picture(name: str, note: str = "") -> DraftPicture:
    attachment = Attachment("a" * 64, name, 4032, 3024, 1152, 864, 12, note)
    return DraftPicture(Path(name), attachment)


def refused(name: str, error: str) -> DraftPicture:
    return DraftPicture(Path(name), error=error)


@asynccontextmanager
async def open_chips(
    *pictures: DraftPicture, columns: int = 40
) -> AsyncIterator[tuple[ChipsApp, Pilot[None]]]:
    """Runs chips that have so many columns."""
    app = ChipsApp(*pictures)
    async with app.run_test(size=(columns + 2, 14)) as pilot:
        await pilot.pause()
        yield app, pilot


def rows(app: ChipsApp) -> list[str]:
    strips = app.screen._compositor.render_strips()[: app.query_one(Chips).size.height]
    return [strip.text.strip() for strip in strips]


def names(app: ChipsApp) -> str:
    return "".join(picture.label.removesuffix(".png") for picture in app.draft.pictures)


async def test_a_chip_that_fits_into_a_row_is_never_broken() -> None:
    async with open_chips(*map(picture, ("one.png", "two.png", "a-longer-name.png"))) as (app, _):
        assert rows(app) == [
            "[1] one.png 12 tok   [2] two.png 12 tok",
            "[3] a-longer-name.png 12 tok",
        ]


async def test_a_chip_tells_that_its_picture_is_there_already() -> None:
    twice = picture("one.png"), picture("two.png")
    async with open_chips(*twice) as (app, pilot):
        app.query_one(Chips).likenesses = {twice[1].id: "same as [1]"}
        await pilot.pause()
        assert rows(app) == ["[1] one.png 12 tok", "[2] two.png 12 tok · same as [1]"]


async def test_a_chip_tells_what_its_picture_costs() -> None:
    priced = replace(picture("one.png"), seconds=1.44)
    async with open_chips(priced) as (app, pilot):
        assert rows(app) == ["[1] one.png 12 tok · ~1.4 s"]
        await pilot.press("shift+tab")
        await pilot.pause()
        assert " ".join(rows(app)[1:]) == (
            "one.png · 4032x3024 → 1152x864 · 12 tokens · ~1.4 s · 6 % of context"
        )


async def test_a_lone_chip_tells_all_where_there_is_room() -> None:
    priced = replace(picture("one.png", "rotated"), seconds=1.44)
    told = "12 tokens · ~1.4 s · 6 % of context · rotated"
    async with open_chips(priced, columns=90) as (app, pilot):
        assert rows(app) == [f"[1] one.png 4032x3024 → 1152x864 · {told}"]
        await pilot.press("shift+tab")
        await pilot.pause()
        assert len(rows(app)) == 1
        app.draft.pictures.append(picture("two.png"))
        app.show(None)
        await pilot.pause()
        assert rows(app)[0] == "[1] one.png 12 tok · ~1.4 s · rotated   [2] two.png 12 tok"
        assert rows(app)[1].startswith("one.png · 4032x3024")


async def test_a_picture_is_to_be_seen_as_finely_as_a_key_says() -> None:
    async with open_chips(picture("one.png"), picture("two.png")) as (app, pilot):
        await pilot.press("shift+tab", "right", "minus")
        await pilot.pause()
        assert [it.detail for it in app.draft.pictures] == ["normal", "small"]
        assert "two.png 12 tok · small" in " ".join(rows(app))
        await pilot.press("plus", "left", "equals_sign")
        await pilot.pause()
        assert [it.detail for it in app.draft.pictures] == ["normal", "full"]
        # Nothing is measured where nothing was changed.
        assert app.checking.measured == ["small", "full"]


async def test_what_was_done_to_a_picture_stands_in_its_chip() -> None:
    async with open_chips(picture("one.png", "first of 3 frames")) as (app, _):
        assert rows(app) == ["[1] one.png 12 tok · first of 3 frames"]


async def test_why_a_picture_can_not_be_sent_is_told_to_the_end_with_what_to_do() -> None:
    reason = "lemons.png is damaged: the file ends in the middle of the picture."
    async with open_chips(picture("one.png"), refused("lemons.png", reason)) as (app, _):
        assert " ".join(rows(app)) == (
            "[1] one.png 12 tok [2] lemons.png can't be sent "
            f"{reason} (shift+tab, then r tries it again, delete removes it)"
        )


async def test_twelve_pictures_take_four_rows_wherever_the_cursor_is() -> None:
    some = [picture(f"a-quite-long-name-{number}.png") for number in range(12)]
    async with open_chips(*some) as (app, pilot):
        assert rows(app) == [f"[{n + 1}] a-quite-long-name-{n}.png 12 tok" for n in range(3)] + [
            "and 9 more"
        ]
        await pilot.press("shift+tab", *["right"] * 6)
        await pilot.pause()
        assert rows(app)[:4] == [
            *(f"[{n + 1}] a-quite-long-name-{n}.png 12 tok" for n in (5, 6, 7)),
            "6 to 8 of 12",
        ]
        await pilot.press("end")
        await pilot.pause()
        assert rows(app)[2:4] == ["[12] a-quite-long-name-11.png 12 tok", "10 to 12 of 12"]
        assert app.query_one(Chips).size.height <= 8


async def test_twelve_refused_pictures_with_long_reasons_leave_room_for_the_chat() -> None:
    reason = "This file is in a folder that macOS guards. " * 9
    async with open_chips(*(refused(f"{n}.png", reason) for n in range(12))) as (app, pilot):
        await pilot.press("shift+tab")
        await pilot.pause()
        assert len(rows(app)) <= 8
        assert rows(app)[-1].endswith("…")


async def test_the_picture_at_the_cursor_is_told_in_full() -> None:
    name = "Screenshot 2026-11-25 at 10.00.00.png"
    async with open_chips(picture(name, "rotated")) as (app, pilot):
        assert rows(app) == ["[1] Screenshot 2026-11-25 a… 12 tok · r…"]
        await pilot.press("shift+tab")
        await pilot.pause()
        assert " ".join(rows(app)[1:]) == f"{name} · 4032x3024 → 1152x864 · 12 tokens · rotated"


async def test_chips_are_walked_by_rows_and_left_below_the_last() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "abcde")) as (app, pilot):
        chips = app.query_one(Chips)
        await pilot.press("shift+tab")
        seen = []
        for key in ("right", "right", "right", "left", "up", "up", "down", "down"):
            await pilot.press(key)
            seen.append(chips.cursor)
        assert seen == [1, 2, 3, 2, 0, 0, 2, 4]
        await pilot.press("down")
        await pilot.pause()
        assert app.query_one(Input).has_focus


async def test_a_picture_is_moved_and_the_cursor_with_it() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "abc")) as (app, pilot):
        await pilot.press("shift+tab", "shift+right", ">")
        await pilot.pause()
        assert (names(app), app.query_one(Chips).cursor) == ("bca", 2)
        await pilot.press("shift+right", "<")
        await pilot.pause()
        assert (names(app), app.query_one(Chips).cursor) == ("bac", 1)


async def test_pictures_are_removed_and_come_back() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "abcd")) as (app, pilot):
        await pilot.press("shift+tab", "right")
        for key, left in (("d", "acd"), ("delete", "ad"), ("backspace", "a")):
            await pilot.press(key)
            await pilot.pause()
            assert names(app) == left
        for left in ("ad", "acd", "abcd"):
            await pilot.press("u")
            await pilot.pause()
            assert names(app) == left


async def test_the_focus_leaves_with_the_last_picture() -> None:
    async with open_chips(picture("a.png")) as (app, pilot):
        await pilot.press("shift+tab", "d")
        await pilot.pause()
        assert app.query_one(Input).has_focus
        assert rows(app) == []


async def test_without_pictures_there_is_nothing_to_focus() -> None:
    async with open_chips() as (app, pilot):
        await pilot.press("shift+tab")
        assert not app.query_one(Chips).has_focus


async def test_only_a_refused_picture_is_tried_again() -> None:
    async with open_chips(picture("a.png"), refused("b.png", "It is cut off.")) as (app, pilot):
        await pilot.press("shift+tab", "r", "right", "r")
        await pilot.pause()
        assert app.checking.checked == ["b.png"]
        assert app.draft.pictures[1].is_checking


async def test_letters_that_do_nothing_here_do_nothing_elsewhere() -> None:
    async with open_chips(picture("a.png")) as (app, pilot):
        await pilot.press("shift+tab", *"ruxe")
        await pilot.pause()
        assert app.letters == 0


async def test_enter_and_a_click_show_a_picture() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "ab")) as (app, pilot):
        await pilot.press("shift+tab", "right", "enter", "f3")
        await pilot.click(Chips, offset=(2, 0))
        assert app.opened == ["b.png", "b.png", "a.png"]


async def test_a_click_leaves_the_focus_where_it_is() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "ab")) as (app, pilot):
        await pilot.click(Chips, offset=(25, 0))
        assert app.opened == ["b.png"]
        assert app.query_one(Input).has_focus


async def test_the_cursor_stays_on_its_picture_when_others_come_before_it() -> None:
    async with open_chips(*(picture(f"{letter}.png") for letter in "ab")) as (app, pilot):
        await pilot.press("shift+tab", "right")
        app.draft.pictures[:0] = [picture("x.png")]
        app.show(None)
        assert app.query_one(Chips).cursor == 2


def test_rows_hold_what_fits() -> None:
    assert lay_out([], 10) == []
    assert lay_out([10, 3, 4, 1], 10) == [range(1), range(1, 3), range(3, 4)]
