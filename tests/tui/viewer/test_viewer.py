"""The full-screen viewer, driven by keys and mouse, with the real decoder."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual.app import App
from textual.pilot import Pilot

from seeshell.core.conversation import Attachment
from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.picture_detail import PictureDetail
from seeshell.tui.pictures import DrawnPicture, Pictures, Source
from seeshell.tui.session.prices import NO_PRICE, Price
from seeshell.tui.terminal.facts import Drawing, TerminalFacts
from seeshell.tui.viewer import Gallery, Slide, Viewer
from seeshell.tui.viewer.picture_view import PictureView

from ...patience import PATIENCE

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 40), (30, 60, 230), (250, 250, 250)
UNSET = object()


class CountingPictures(Pictures):
    """Real pictures that count what is drawn, and wait where they are told to."""

    def __init__(self, images: Drawing) -> None:
        super().__init__(TerminalFacts(images=images), Path, str)
        self.asked: list[Excerpt | None] = []
        self.sharp: list[bool] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def draw(
        self, source: Source, max_columns: int, max_rows: int, *more: Any
    ) -> DrawnPicture:
        excerpt, rendition = more
        self.asked.append(excerpt)
        self.sharp.append(rendition.is_sharp)
        await self.gate.wait()
        return await super().draw(source, max_columns, max_rows, *more)


class HalfPrices:
    """What pictures cost on a model that sees half of their pixels, or none where it is away."""

    def __init__(self) -> None:
        self.is_away = False

    async def measure(self, picture: Attachment, detail: PictureDetail = "normal") -> Price:
        assert detail == "normal"
        if self.is_away:
            return NO_PRICE
        width, height = max(1, picture.width // 200), max(1, picture.height // 200)
        return Price(width, height, width * height, 1.44, 100)


class ViewerApp(App[None]):
    def __init__(self, slides: list[Slide], place: int = 0, images: Drawing = "halfblock") -> None:
        super().__init__()
        self.gallery = Gallery.at(slides, place)
        self.pictures = CountingPictures(images)
        self.prices = HalfPrices()
        self.attached: list[tuple[str, Excerpt]] = []
        self.last: object = UNSET

    def on_mount(self) -> None:
        viewer = Viewer(self.pictures, self.gallery, self.prices, self.attach)  # type: ignore[arg-type]
        self.push_screen(viewer, self.keep)

    def attach(self, slide: Slide, excerpt: Excerpt) -> None:
        self.attached.append((slide.name, excerpt))

    def keep(self, last: Slide | None) -> None:
        self.last = last

    async def on_unmount(self) -> None:
        await self.pictures.close()


class Onlooker:
    """Somebody in front of the viewer."""

    def __init__(self, app: ViewerApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        viewer = app.screen
        assert isinstance(viewer, Viewer)
        self.viewer = viewer

    @property
    def screen(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def colours(self, view: PictureView | None = None) -> set[tuple[int, int, int]]:
        """Returns the colours of the picture's half blocks."""
        view = view or self.viewer.view
        ground = view.rich_style.bgcolor
        found = set()
        for y in range(view.size.height):
            for segment in view.render_line(y):
                if "▀" in segment.text and segment.style is not None:
                    for colour in (segment.style.color, segment.style.bgcolor):
                        if colour is not None and colour != ground:
                            found.add(tuple(colour.get_truecolor()))
        return found

    def names(self, view: PictureView | None = None) -> set[str]:
        """Returns which of the four colours of a board are seen."""
        named = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
        return {
            name
            for seen in self.colours(view)
            for name, colour in named.items()
            if all(abs(one - other) < 25 for one, other in zip(seen, colour, strict=True))
        }

    @property
    def is_settled(self) -> bool:
        views = (self.viewer.view, self.viewer.second)
        return all(it.is_settled for it in views if it.display)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        await self.until(lambda: not self.viewer.is_attached or self.is_settled)

    async def until(self, condition: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up_at, f"waited in vain on:\n{self.screen}"
            await self.pilot.pause(0.01)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.screen for text in texts))


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A picture of four quarters: red, green, blue and white."""
    return paint(tmp_path / "board.png", (RED, GREEN, BLUE, WHITE))


def paint(path: Path, colours: tuple[tuple[int, int, int], ...]) -> Path:
    image = Image.new("RGB", (800, 400))
    for colour, corner in zip(colours, ((0, 0), (400, 0), (0, 200), (400, 200)), strict=True):
        image.paste(colour, (*corner, corner[0] + 400, corner[1] + 200))
    image.save(path)
    return path


@asynccontextmanager
async def open_viewer(
    *slides: Slide, place: int = 0, images: Drawing = "halfblock"
) -> AsyncIterator[Onlooker]:
    app = ViewerApp(list(slides), place, images)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        onlooker = Onlooker(app, pilot)
        await onlooker.until(lambda: onlooker.viewer.view.stage is not None)
        await onlooker.settle()
        yield onlooker


async def test_a_picture_fits_is_zoomed_and_panned(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.sees("board.png · 800x400 · 10 %")
        assert user.names() == {"red", "green", "blue", "white"}
        await user.press("1")
        await user.sees("100 % · at 360,178,80,44")
        assert user.names() == {"red", "green", "blue", "white"}
        await user.press("L", "J")
        await user.sees("at 424,213,80,44")
        assert user.names() == {"white"}
        await user.press("shift+left", "shift+left", "k")
        await user.sees("at 296,204,80,44")
        assert user.names() == {"blue"}
        await user.press("0")
        await user.sees("board.png · 800x400 · 10 %")
        assert user.names() == {"red", "green", "blue", "white"}
        await user.press("+", "+")
        await user.sees("22 %")
        await user.press("-")
        await user.sees("15 %")


async def test_one_looks_through_the_pictures(board: Path, tmp_path: Path) -> None:
    other = paint(tmp_path / "other.png", (GREEN,) * 4)
    async with open_viewer(Slide.of(board), Slide.of(other), place=1) as user:
        await user.sees("other.png · 800x400", "2 of 2")
        await user.press("1", "[")
        # Another picture is seen whole.
        await user.sees("board.png · 800x400 · 10 % · 1 of 2")
        await user.press("pageup")
        await user.sees("1 of 2")
        await user.press("]")
        await user.sees("2 of 2")
        assert user.names() == {"green"}
        await user.press("escape")
        assert user.app.last == Slide.of(other)


async def test_two_pictures_swap_in_place_and_stand_side_by_side(
    board: Path, tmp_path: Path
) -> None:
    other = paint(tmp_path / "other.png", (WHITE, BLUE, GREEN, RED))
    async with open_viewer(Slide.of(board), Slide.of(other)) as user:
        await user.press("c", "1", "z", "escape", "1")
        seen = user.screen.partition(" · at ")[2].split()[0]
        assert user.names() == {"red"}
        await user.press("f")
        # The same part of the other.
        await user.sees("other.png", f"at {seen}", "beside board.png")
        await user.until(lambda: user.names() == {"white"})
        await user.press("f")
        await user.sees("board.png", "beside other.png")
        assert user.names() == {"red"}
        await user.press("s")
        await user.until(lambda: user.viewer.second.size.width)
        await user.settle()
        assert (user.names(), user.names(user.viewer.second)) == ({"red"}, {"white"})
        await user.press("c", "g", "2", "z", "escape", "1", "K")
        assert (user.names(), user.names(user.viewer.second)) == ({"green"}, {"blue"})
        await user.press("escape")
        assert not user.viewer.second.display
        assert user.app.last is UNSET


async def test_keys_that_repeat_are_never_more_than_one_drawing_behind(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.press("1")
        pictures = user.app.pictures
        pictures.gate.clear()
        before = len(pictures.asked)
        await user.pilot.press("l")
        await user.until(lambda: len(pictures.asked) == before + 1)
        await user.pilot.press(*"lllll")
        # They are all told, whatever is drawn.
        await user.sees("at 456,178,80,44")
        pictures.gate.set()
        await user.settle()
        first, last = pictures.asked[before:]
        assert first == Excerpt(region=Region(376, 178, 80, 44))
        assert last == Excerpt(region=Region(456, 178, 80, 44))


async def test_where_the_terminal_scales_a_picture_is_sharp_once_keys_rest(board: Path) -> None:
    async with open_viewer(Slide.of(board), images="tgp") as user:
        pictures = user.app.pictures
        await user.until(lambda: pictures.sharp[-1])
        assert not any(pictures.sharp[:-1])
        await user.press("+")
        await user.until(lambda: pictures.sharp[-1])
        assert pictures.sharp[-2:] == [False, True]
        assert pictures.asked[-2:] == [Excerpt(region=Region(134, 54, 533, 293))] * 2


async def test_what_the_model_sees_is_one_key_away(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.press("m")
        await user.sees("model's view 4x2 (0 %)", "m the picture")
        assert user.names() == {"red", "green", "blue", "white"}
        await user.press("m")
        await user.sees("board.png · 800x400 · 10 %")
        user.app.prices.is_away = True


async def test_without_a_model_nothing_is_told_of_what_it_sees(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        user.app.prices.is_away = True
        await user.press("m")
        await user.sees("No model is loaded")
        assert "model's view 4x2" not in user.screen


async def test_a_stored_picture_shows_exactly_what_was_fed(tmp_path: Path) -> None:
    # A draughtboard of single pixels, of which the model was given one grey pixel for each four.
    image = Image.new("L", (80, 40))
    image.putdata([255 * ((x + y) % 2) for y in range(40) for x in range(80)])
    path = tmp_path / "draughts.png"
    image.convert("RGB").save(path)
    stored = Attachment(str(path), "draughts.png", 80, 40, 40, 20, 2)
    async with open_viewer(Slide.of(stored)) as user:
        await user.press("1")
        assert {colour[0] for colour in user.colours()} == {0, 255}
        await user.press("m")
        await user.sees("model's view 40x20 (50 %) · ")
        await user.until(lambda: all(100 < it[0] < 156 for it in user.colours()))


async def test_a_rectangle_is_moved_sized_and_attached(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.press("c")
        await user.sees(
            "crop", "at 200,100 · 400x200 → 2x1 · 2 tokens · ~1.4 s · 2 % of context", "┌", "└"
        )
        await user.press("l", "j")
        await user.sees("at 220,120 · 400x200")
        await user.press("L", "K")
        await user.sees("at 220,120 · 420x180")
        await user.press(">")
        await user.sees("at 200,100 · 460x220")
        await user.press(".", "h", "up", "J", "<")
        await user.sees("fine steps", "at 200,100 · 458x219")
        await user.press("a")
        assert user.app.attached == [("board.png", Excerpt(region=Region(200, 100, 458, 219)))]
        await user.press("g", "4")
        await user.sees("at 400,200 · 400x200")
        await user.press("enter")
        await user.until(lambda: user.app.last is not UNSET)
        assert user.app.attached[1:] == [("board.png", Excerpt(region=Region(400, 200, 400, 200)))]


async def test_numbers_are_typed_until_they_make_sense(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.press("c")
        await user.pilot.press("colon")
        await user.sees("Rectangle: left,top,width,height in pixels")
        await user.pilot.press("ctrl+u", *"0,0,0,9", "enter")
        await user.sees("That lies outside the picture, which is 800x400 pixels")
        await user.pilot.press("ctrl+u", *"1,2,3,4", "enter")
        await user.sees("at 1,2 · 3x4")
        await user.pilot.press("enter")
        await user.until(lambda: user.app.attached)
        assert user.app.attached == [("board.png", Excerpt(region=Region(1, 2, 3, 4)))]


async def test_a_rectangle_of_a_rectangle_is_one_of_the_file(board: Path) -> None:
    outer = Excerpt(page=1, region=Region(400, 200, 400, 200))
    async with open_viewer(Slide(board, "board.png@400,200,400,200", outer)) as user:
        assert user.names() == {"white"}
        await user.press("c", "5", "enter")
        await user.until(lambda: user.app.attached)
        _, excerpt = user.app.attached[0]
        assert excerpt == Excerpt(region=Region(533, 266, 133, 67))


async def test_the_mouse_zooms_and_spans_a_rectangle(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        view = user.viewer.view
        left, top = (view.size[0] - 80) // 2, (view.size[1] - 20) // 2
        await user.pilot.mouse_down(view, offset=(left + 20, top + 5))
        await user.pilot.hover(view, offset=(left + 59, top + 14))
        await user.pilot.mouse_up(view, offset=(left + 59, top + 14))
        await user.sees("crop", "at 205,110 · 391x201")
        user.viewer.post_message(PictureView.Zoomed(1.25))
        await user.sees("12 %")


async def test_the_way_back_leads_out_of_the_rectangle_first(board: Path) -> None:
    async with open_viewer(Slide.of(board), Slide.of(board)) as user:
        await user.press("s", "c")
        await user.sees("esc no crop")
        await user.press("escape")
        await user.sees("esc one picture")
        assert "crop  at" not in user.screen
        await user.press("escape")
        await user.sees("esc close")
        await user.press("escape")
        assert user.app.last == Slide.of(board)


async def test_a_picture_that_is_gone_says_so_and_others_can_be_seen(
    board: Path, tmp_path: Path
) -> None:
    gone = Slide.of(tmp_path / "gone.png")
    app = ViewerApp([gone, Slide.of(board)])
    async with app.run_test(size=(80, 24)) as pilot:
        user = Onlooker(app, pilot)
        # Wherever the lines of a long path are broken.
        await user.until(lambda: "gone.pngdoesnotexist" in "".join(user.screen.split()))
        await user.pilot.press("c", "1", "+", "f")
        await user.sees("board.png · 800x400")


async def test_where_no_pictures_are_drawn_that_is_said_and_a_part_can_be_cut_out(
    board: Path,
) -> None:
    stored = Attachment("0", "board.png", 800, 400)
    async with open_viewer(Slide.of(stored), images="none") as user:
        await user.sees("Pictures are not drawn in this terminal.", "board.png · 800x400")
        await user.press("c", "1", "enter")
        assert user.app.attached == [("board.png", Excerpt(region=Region(0, 0, 266, 133)))]


async def test_a_larger_terminal_shows_more(board: Path) -> None:
    async with open_viewer(Slide.of(board)) as user:
        await user.sees("10 %")
        await user.pilot.resize_terminal(200, 60)
        await user.sees("25 %")
        await user.until(lambda: user.viewer.view.drawn and user.viewer.view.drawn.columns == 200)
