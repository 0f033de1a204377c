"""An app for tests: a picture in a scrolling list and in a pane: `picture_app.py PHOTO tgp`.

Keys: `j` scrolls, `r` draws everything again, `m` shows and hides a modal, `q` quits.
"""

import os
import sys
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from seeshell.tui.picker import PreviewPane
from seeshell.tui.pictures import Pictures
from seeshell.tui.terminal.driver_output import DriverOutput
from seeshell.tui.terminal.facts import Drawing, TerminalFacts
from seeshell.tui.terminal.painter import Painter


class Cells(ScrollView):
    """A list of rows, as the chat log is one."""

    rows: tuple[Strip, ...] = ()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        strip = self.rows[index] if index < len(self.rows) else Strip.blank(0)
        return strip.adjust_cell_length(self.size.width, self.rich_style).apply_style(
            self.rich_style
        )


class Modal(ModalScreen[None]):
    CSS = "Modal { background: $background; }"
    BINDINGS: ClassVar = [Binding("m", "dismiss")]

    def compose(self) -> ComposeResult:
        yield Static("a modal")


class PictureApp(App[None]):
    CSS = "Cells { width: 44; } PreviewPane { width: 1fr; }"
    BINDINGS: ClassVar = [
        Binding("j", "scroll"),
        Binding("r", "refresh_all"),
        Binding("m", "modal"),
        Binding("q", "quit"),
    ]

    def __init__(self, photo: Path, images: Drawing) -> None:
        super().__init__()
        output = DriverOutput(self)
        is_tmux = "TMUX" in os.environ
        facts = TerminalFacts(images=images, colours="truecolor", is_tmux=is_tmux)
        self.photo = photo
        self.painter = Painter()
        self.pictures = Pictures(
            facts, lambda _sha256: photo, output.write, is_behind=output.is_behind
        )
        self.painter.canvas = self.pictures.canvas

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, self.painter.paint(renderable))

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Cells()
            yield PreviewPane(self.pictures)

    def on_mount(self) -> None:
        self.draw_list()
        self.query_one(PreviewPane).show(self.photo)

    @work
    async def draw_list(self) -> None:
        drawn = await self.pictures.draw(self.photo, 40, 8)
        cells = self.query_one(Cells)
        cells.rows = (*drawn.strips, *(Strip.blank(1) for _ in range(4))) * 6
        cells.virtual_size = Size(40, len(cells.rows))
        cells.refresh()

    def action_scroll(self) -> None:
        self.query_one(Cells).scroll_relative(y=1, animate=False)

    def action_refresh_all(self) -> None:
        self.refresh(layout=True)

    def action_modal(self) -> None:
        self.push_screen(Modal())

    async def on_unmount(self) -> None:
        await self.pictures.close()


if __name__ == "__main__":
    PictureApp(Path(sys.argv[1]), sys.argv[2]).run()  # type: ignore[arg-type]
