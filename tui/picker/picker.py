"""The file picker: a folder's pictures beside a preview of the one under the cursor."""

import os
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Paste
from textual.widgets import Static

from ..key_line import KeyLine
from ..keys.bindings import fill_keys
from ..pictures import Pictures
from ..session.attach_paths import find_pictures
from ..session.prices import Prices
from ..session.rolls import NOT_PRIVATE
from .browser import Browser
from .file_grid import FileGrid
from .file_list import FileList
from .folder import filter_key
from .folder_pane import FolderPane
from .picked import Picked
from .preview import PreviewPane

_PREVIEW_FROM_COLUMNS: Final = 60
_PREVIEW_BESIDE_GRID: Final = 160
"""Narrower terminals show the list, or the grid, alone."""

_STYLES: Final = [Path(__file__).with_suffix(".tcss"), Path(__file__).parents[1] / "key_line.tcss"]


class FilePicker(Browser):
    """Asks for pictures; closes with those marked, else the one under the cursor, else None.

    Opaque on purpose: a translucent screen would tint the colours that carry picture ids.
    """

    AUTO_FOCUS = "FileList"
    # Read with the module, for the picker is opened also where no more files can be.
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)

    def __init__(
        self,
        pictures: Pictures | None = None,
        *,
        folder: Path | None = None,
        state_file: Path | None = None,
        prices: Prices | None = None,
        is_private: bool = False,
    ) -> None:
        """Prepares the picker.

        Args:
            pictures: draws the preview; without it there is none.
            folder: where to begin; by default where the picker was last.
            state_file: where the last folder is kept, and bookmarks.
            prices: tells what pictures would cost; without it nothing is said of that.
            is_private: whether nothing that is picked may be stored, as a roll is.
        """
        super().__init__(folder, state_file)
        self._pictures = pictures
        self._prices = prices
        self._is_private = is_private
        self.asks_each = False
        """Whether it closed with pictures that are not to be attached: one question is to be asked
        about each of them."""

    def compose(self) -> ComposeResult:
        """Yields where we are, the folders, the list beside the preview, and the keys."""
        yield Static(id="picker-path", markup=False)
        with Horizontal(id="picker-panels"):
            yield FolderPane()
            yield FileList()
            if self._pictures is not None:
                yield FileGrid(self._pictures)
            if self._pictures is not None:
                empty = "The picture under the cursor is shown here."
                prices = self._prices
                yield PreviewPane(self._pictures, empty=empty, prices=prices, id="picker-preview")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads the first folder and starts the decoder meanwhile."""
        self._arrange()
        self._read()
        self._read_places()
        self._start_pictures()

    def on_paste(self, event: Paste) -> None:
        """Goes to a pasted folder, or marks pasted pictures; else it is typed into the filter."""
        event.stop()
        folder = os.path.expanduser(event.text.strip().strip("'\""))  # noqa: PTH111 - never raises
        found = find_pictures(event.text, self._listing.place)
        sound = [Picked(it.path, it.excerpt, it.address) for it in found.pictures if not it.error]
        if sound and not found.rest.strip():
            self._marked |= dict.fromkeys(sound)
            self._show_marks()
        elif os.path.isabs(folder) and os.path.isdir(folder):  # noqa: PTH112, PTH117 - so too
            self._go(Path(folder))
        else:
            self._filter(self._listing.typed + filter_key(event.text))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Lets Enter attach a picture or open a folder, and the key line say which."""
        match action:
            case "accept":
                entry = self.files.highlighted
                return not entry.is_folder if entry is not None else bool(self._marked)
            case "attach_marked":
                return bool(self._marked)
            case "ask_each":
                return bool(self._marked) or not all(it.is_folder for it in self._listing.shown)
            case "open_pages":
                return self._pages_here > 1
            case "view":
                entry = self.files.highlighted
                return entry is not None and not entry.is_folder and self._prices is not None
            case "toggle_seen":
                return self._prices is not None
            case "toggle_grid":
                return self._pictures is not None
            case _:
                return super().check_action(action, parameters)

    def action_accept(self) -> None:
        """Closes with the marked pictures, or with the one under the cursor."""
        entry = self.files.highlighted
        here = [self._listing.picture_of(entry)] if entry is not None else []
        self._close(list(self._marked) or here)

    def action_attach_marked(self) -> None:
        """Closes with the marked pictures, wherever the cursor is."""
        self._close(list(self._marked))

    def action_ask_each(self) -> None:
        """Closes with the marked pictures, or with all that are shown, to ask about each."""
        if self._is_private:
            self.notify(NOT_PRIVATE, severity="warning", markup=False)
            return
        shown = [it for it in self._listing.shown if not it.is_folder]
        self.asks_each = True
        self._close(list(self._marked) or [self._listing.picture_of(it) for it in shown])

    def action_open_pages(self) -> None:
        """Shows the pages or frames of the file under the cursor in place of the folder."""
        self._go(self.folder / self._cursor_name(), pages=self._pages_here)

    @work
    async def action_view(self) -> None:
        """Shows what is listed on the whole screen; parts cut out of it are attached."""
        files = [entry for entry in self._listing.shown if not entry.is_folder]
        cursor = self.files.highlighted
        if cursor not in files or self._pictures is None or self._prices is None:
            return
        from .looking import look_through

        listed, place = list(map(self._listing.picture_of, files)), files.index(cursor)
        looked = await look_through(self.app, self._pictures, self._prices, listed, place)
        if looked.parts:
            self._finish([*(it.draft for it in self._marked), *looked.parts])
        else:
            self._show_entries(files[looked.last].name)

    def action_toggle_seen(self) -> None:
        """Has the preview show what the model would see, or the picture itself."""
        for pane in self.query(PreviewPane):
            pane.shows_fed = not pane.shows_fed

    def on_preview_pane_opened(self) -> None:
        """Shows the picture of the preview, which was clicked, on the whole screen."""
        self.action_view()

    @property
    def _pages_here(self) -> int:
        """How many pages the file under the cursor has, once it is drawn; 1 for a page of it."""
        entry = self.files.highlighted
        if entry is None or entry.page:
            return 1
        path = self.folder / entry.name
        drawn = [*self.query(PreviewPane), *self.query(FileGrid)]
        return max((it.pages_of(path) for it in drawn), default=1)

    @on(FileList.Chosen)
    def _choose(self, _event: FileList.Chosen) -> None:
        self.action_open() if self.check_action("open", ()) else self.action_accept()

    @on(FileList.Highlighted)
    def _preview(self, event: FileList.Highlighted) -> None:
        self.refresh_bindings()
        if self._pictures is None:
            return
        pane = self.query_one(PreviewPane)
        if event.picture is not None:
            pane.show(event.picture.path, event.picture.excerpt)
        else:
            sentence = fill_keys(self, "A folder: {picker.open} opens it.")
            pane.show(sentence if event.is_folder else None)

    def _arrange(self) -> None:
        super()._arrange()
        least = _PREVIEW_BESIDE_GRID if self._is_grid else _PREVIEW_FROM_COLUMNS
        for pane in self.query(PreviewPane):
            pane.display = self.app.size.width >= least

    @on(PreviewPane.Drawn)
    @on(FileGrid.Drawn)
    def _offer_pages(self) -> None:
        self.refresh_bindings()

    @work
    async def _start_pictures(self) -> None:
        if self._pictures is not None:
            await self._pictures.start()
