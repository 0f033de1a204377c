"""The file picker: a folder's pictures beside a preview of the one under the cursor."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Paste, Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from ..key_line import KeyLine
from ..keys.bindings import fill_keys
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack, Step, WayBack
from ..pictures import Pictures
from ..session.attach_paths import picture_paths
from .file_list import FileList
from .folder import FolderUnreadable, filter_key, put_in_order
from .folder_pane import FolderPane
from .last_visit import LastVisit, read_last_visit, write_last_visit
from .listing import Listing
from .path_row import path_row
from .preview import PreviewPane
from .reader import read_beside, read_entries, read_places, read_unnamed

_PREVIEW_FROM_COLUMNS: Final = 60
"""Narrower terminals show the list alone."""

_FOLDERS_FROM_COLUMNS: Final = 120
"""Narrower terminals show places and tree in place of the list, when asked to."""

_STYLES: Final = [Path(__file__).with_suffix(".tcss"), Path(__file__).parents[1] / "key_line.tcss"]


class FilePicker(KeepsFocus, GoesBack, ModalScreen[list[Path] | None]):
    """Asks for pictures; closes with those marked, else the one under the cursor, else None.

    Opaque on purpose: a translucent screen would tint the colours that carry picture ids.
    """

    AUTO_FOCUS = "FileList"
    # Read with the module, for the picker is opened also where no more files can be.
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)

    files = getters.query_one(FileList)
    folders = getters.query_one(FolderPane)

    def __init__(
        self,
        pictures: Pictures | None = None,
        *,
        folder: Path | None = None,
        state_file: Path | None = None,
    ) -> None:
        """Prepares the picker.

        Args:
            pictures: draws the preview; without it there is none.
            folder: where to begin; by default where the picker was last.
            state_file: where the last folder is kept.
        """
        super().__init__()
        self._pictures = pictures
        self._state_file = state_file
        self._last = read_last_visit(state_file)
        start = Path(os.path.abspath(folder or self._last.folder))  # noqa: PTH100
        self._listing = Listing(start, is_newest_first=self._last.is_newest_first)
        self._marked: dict[Path, None] = {}
        self._is_in_places = False
        self.way_back = WayBack(
            Step("clear filter", lambda: bool(self._listing.typed), lambda: self._filter("")),
            Step("close", lambda: True, lambda: self._close(None)),
        )

    def compose(self) -> ComposeResult:
        """Yields where we are, the folders, the list beside the preview, and the keys."""
        yield Static(id="picker-path", markup=False)
        with Horizontal(id="picker-panels"):
            yield FolderPane()
            yield FileList()
            if self._pictures is not None:
                empty = "The picture under the cursor is shown here."
                yield PreviewPane(self._pictures, empty=empty, id="picker-preview")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads the first folder and starts the decoder meanwhile."""
        self._arrange()
        self._read()
        self._read_places()
        self._start_pictures()

    @property
    def folder(self) -> Path:
        """The folder shown."""
        return self._listing.folder

    def on_resize(self, _event: Resize) -> None:
        """Leaves out what there is no room for."""
        self._arrange()
        self._show_path()

    def on_paste(self, event: Paste) -> None:
        """Goes to a pasted folder, or marks pasted pictures; else it is typed into the filter."""
        event.stop()
        folder = os.path.expanduser(event.text.strip().strip("'\""))  # noqa: PTH111 - never raises
        if paths := picture_paths(event.text, self.folder):
            self._marked |= dict.fromkeys(paths)
            self._show_marks()
        elif os.path.isabs(folder) and os.path.isdir(folder):  # noqa: PTH112, PTH117 - so too
            self._go(Path(folder))
        else:
            self._filter(self._listing.typed + filter_key(event.text))

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Lets Enter attach a picture or open a folder, and the key line say which."""
        entry = self.files.highlighted
        is_folder = entry is not None and entry.is_folder
        return {
            "accept": not is_folder and (entry is not None or bool(self._marked)),
            "open": is_folder,
            "mark": not is_folder and entry is not None,
            "attach_marked": bool(self._marked),
        }.get(action, True)

    def action_accept(self) -> None:
        """Closes with the marked pictures, or with the one under the cursor."""
        self._close(list(self._marked) or [self.folder / self._cursor_name()])

    def action_attach_marked(self) -> None:
        """Closes with the marked pictures, wherever the cursor is."""
        self._close(list(self._marked))

    def action_mark(self) -> None:
        """Marks or unmarks the picture under the cursor and goes on to the next."""
        path = self.folder / self._cursor_name()
        if path in self._marked:
            del self._marked[path]
        else:
            self._marked[path] = None
        self._show_marks()
        self.files.action_move(1)

    def action_open(self) -> None:
        """Opens the folder under the cursor."""
        self._go(self.folder / self._cursor_name())

    def action_up(self) -> None:
        """Goes to the folder around this one, with the cursor on this one."""
        if self.folder.parent != self.folder:
            self._go(self.folder.parent, cursor_name=self.folder.name)

    def action_erase(self) -> None:
        """Erases the last character of the filter; without one it goes up."""
        if self._listing.typed:
            self._filter(self._listing.typed[:-1])
        else:
            self.action_up()

    def action_toggle_hidden(self) -> None:
        """Shows or hides names that begin with a dot."""
        self._look_at(with_hidden=not self._listing.with_hidden)
        self._show_entries(self._cursor_name())
        self.folders.show_tree(self.folder, self._listing.tree)

    def action_toggle_order(self) -> None:
        """Puts the newest picture first, or goes back to the order of names."""
        self._look_at(is_newest_first=not self._listing.is_newest_first)
        self._show_entries()

    def action_reload(self) -> None:
        """Reads the folder again."""
        self._read(self._cursor_name())

    def action_to_places(self) -> None:
        """Moves the focus to places and tree, which are shown if they were not."""
        self._is_in_places = True
        self._arrange()
        self.folders.focus()

    def action_to_list(self) -> None:
        """Moves the focus back to the list."""
        self._is_in_places = False
        self._arrange()
        self.files.focus()

    @on(FolderPane.Chosen)
    def _go_to_chosen(self, event: FolderPane.Chosen) -> None:
        if not event.stays:
            self.action_to_list()
        self._go(event.folder)

    @on(FileList.Typed)
    def _type(self, event: FileList.Typed) -> None:
        """Adds to the filter; `/` opens the folder found, `~` goes home."""
        if self._is_in_places:
            self.action_to_list()
        typed, found = self._listing.typed, self._listing.found_folder
        if event.character == "/" and not typed:
            self._go(Path("/"))
        elif event.character == "/" and found is not None:
            self._go(found)
        elif event.character == "~" and not typed:
            self._go(Path.home())
        elif event.character != "/":
            self._filter(typed + event.character)

    @on(FileList.Chosen)
    def _choose(self, _event: FileList.Chosen) -> None:
        self.action_open() if self.check_action("open", ()) else self.action_accept()

    @on(FileList.Highlighted)
    def _preview(self, event: FileList.Highlighted) -> None:
        self.refresh_bindings()
        if self._pictures is not None:
            folder = "A folder: enter opens it." if event.is_folder else None
            self.query_one(PreviewPane).show(event.path or folder)

    @work
    async def _start_pictures(self) -> None:
        if self._pictures is not None:
            await self._pictures.start()

    def _look_at(self, **changes: Any) -> None:
        """Changes what is looked at, or how."""
        self._listing = replace(self._listing, **changes)

    def _go(self, folder: Path, cursor_name: str = "") -> None:
        self._look_at(folder=folder, typed="", entries=(), siblings=())
        self._read(cursor_name)

    def _read(self, cursor_name: str = "") -> None:
        self._look_at(problem="")
        self.files.show_reading(self.folder)
        self._show_path()
        self._read_folder(self.folder, cursor_name)

    @work(exclusive=True, group="read")
    async def _read_folder(self, folder: Path, cursor_name: str) -> None:
        try:
            self._look_at(entries=await read_entries(folder))
        except FolderUnreadable as error:
            self._look_at(problem=str(error))
        self._show_entries(cursor_name)
        self._look_at(siblings=await read_beside(folder))
        self.folders.show_tree(folder, self._listing.tree)
        if more := await read_unnamed(folder):
            self._look_at(entries=put_in_order((*self._listing.entries, *more)))
            self._show_entries(self._cursor_name())

    @work
    async def _read_places(self) -> None:
        self.folders.show_places(await read_places(self._last.recent))

    def _filter(self, typed: str) -> None:
        cursor_name = self._cursor_name() if not typed else ""
        self._look_at(typed=typed)
        self._show_entries(cursor_name)

    def _show_entries(self, cursor_name: str = "") -> None:
        listing = self._listing
        name = cursor_name or listing.first_name
        note = fill_keys(self, listing.note)
        self.files.show(listing.folder, listing.shown, cursor_name=name, note=note)
        self._show_path()

    def _show_marks(self) -> None:
        self.files.show_marks(frozenset(self._marked))
        self.refresh_bindings()
        self._show_path()

    def _show_path(self) -> None:
        row = path_row(self._listing, len(self._marked), self.size.width)
        self.query_one("#picker-path", Static).update(row)

    def _arrange(self) -> None:
        """Shows the panels for which there is room."""
        columns = self.app.size.width
        has_room = columns >= _FOLDERS_FROM_COLUMNS
        self.set_class(has_room, "-wide")
        self.folders.display = has_room or self._is_in_places
        self.files.display = has_room or not self._is_in_places
        for pane in self.query(PreviewPane):
            pane.display = columns >= _PREVIEW_FROM_COLUMNS

    def _cursor_name(self) -> str:
        entry = self.files.highlighted
        return entry.name if entry is not None else ""

    def _close(self, paths: list[Path] | None) -> None:
        last, listing = self._last, self._listing
        visit = LastVisit(str(listing.folder), listing.is_newest_first, last.recent)
        folders = dict.fromkeys(str(path.parent) for path in paths or ())
        write_last_visit(self._state_file, visit.after_picking(list(folders)))
        self.dismiss(paths)
