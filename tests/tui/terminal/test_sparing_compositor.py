"""What of a screen is drawn for a change: what Textual would draw of it, and nothing else."""

import random
from collections import Counter
from itertools import pairwise
from typing import ClassVar

from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from seeshell.tui.terminal.sparing_compositor import SparingCompositor

SIZE = (40, 12)


class Shown(Widget):
    """Rows of its own name; counts how often it is drawn."""

    drawn: ClassVar[Counter[str]] = Counter()

    def render_lines(self, crop: Region) -> list[Strip]:
        self.drawn[str(self.id)] += 1
        return super().render_lines(crop)

    def render(self) -> str:
        return "\n".join(f"{self.id} {row} 市場" for row in range(self.size.height))


class Panels(Screen[None]):
    """A list beside a text, a line above and below, and a panel that lies over both."""

    CSS = """
    Panels { layers: below above; }
    #head, #foot { height: 1; }
    #list { width: 11; border: round red; }
    #over { layer: above; width: 15; height: 5; offset: 7 4; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SparingCompositor()

    def compose(self) -> ComposeResult:
        yield Shown(id="head")
        with Horizontal():
            yield Shown(id="list")
            with Vertical():
                yield Shown(id="text")
        yield Shown(id="foot")
        yield Shown(id="over")


class PanelsApp(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Panels())


def all_pieces(compositor: Compositor) -> list[dict[int, Strip]]:
    """Returns what Textual itself would draw of every row."""
    rows = Compositor._render_chops(compositor, compositor.size.region, lambda _: True)
    return [dict(row) for row in rows]


async def test_all_of_a_screen_is_what_textual_draws() -> None:
    async with PanelsApp().run_test(size=SIZE) as pilot:
        compositor = pilot.app.screen._compositor
        rows = compositor._render_chops(compositor.size.region, lambda _: True)
        assert [dict(row) for row in rows] == all_pieces(compositor)
        assert "over 0" in "".join(strip.text for strip in compositor.render_strips())


async def test_changes_anywhere_are_what_textual_draws() -> None:
    pick = random.Random(1)
    async with PanelsApp().run_test(size=SIZE) as pilot:
        screen = pilot.app.screen
        compositor = screen._compositor
        wanted = all_pieces(compositor)
        for _ in range(200):
            for widget in pick.sample(list(screen.query(Shown)), pick.randint(1, 3)):
                x, y = pick.randrange(widget.size.width), pick.randrange(widget.size.height)
                widget._repaint_regions.add(Region(x, y, pick.randint(1, 9), pick.randint(1, 4)))
                compositor.update_widgets({widget})
            update = compositor.render_partial_update()
            if update is None:  # all of it lies below the panel's edge
                continue
            for y, left, right in update.spans:
                for x, end in pairwise(compositor.cuts[y]):
                    if x < right and end > left:
                        assert update.chops[y][x] == wanted[y][x]


async def test_nothing_else_is_drawn() -> None:
    async with PanelsApp().run_test(size=SIZE) as pilot:
        screen = pilot.app.screen
        await pilot.pause()
        Shown.drawn.clear()
        for name in ("#head", "#foot"):
            screen.query_one(name).refresh()
        await pilot.pause()
        assert set(Shown.drawn) == {"head", "foot"}
