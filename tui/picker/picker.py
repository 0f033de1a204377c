"""The file picker: a folder's pictures beside a preview of the one under the cursor."""

import asyncio
import os
from pathlib import Path
from threading import Event
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Paste, Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from ...core.formats.kinds import is_picture_name
from ..key_line import KeyLine
from ..pictures import Pictures
from ..session.attach_paths import picture_paths
from ..visible import visible_line
from .file_list import FileList
from .folder import (
    Entry,
    FolderUnreadable,
    filter_entries,
    filter_key,
    find_unnamed,
    put_in_order,
    put_newest_first,
    read_folder,
)
from .last_visit import LastVisit, read_last_visit, write_last_visit
from .preview import PreviewPane

_PREVIEW_FROM_COLUMNS: Final = 60
"""Narrower terminals show the list alone."""


class FilePicker(ModalScreen[list[Path] | None]):
    """Asks for pictures; closes with those marked, else the one under the cursor, else None.

    Opaque on purpose: a translucent screen would tint the colours that carry picture ids.
    """

    CSS_PATH: ClassVar = ["picker.tcss", "../key_line.tcss"]

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
        last = read_last_visit(state_file)
        self._folder = Path(os.path.abspath(folder or last.folder))  # noqa: PTH100
        self._is_newest_first = last.is_newest_first
        self._entries: tuple[Entry, ...] = ()
        self._shown_count = 0
        self._problem = ""
        self._typed = ""
        self._with_hidden = False
        self._marked: dict[Path, None] = {}

    def compose(self) -> ComposeResult:
        """Yields where we are, the list beside the preview, and the keys."""
        yield Static(id="picker-path", markup=False)
        with Horizontal(id="picker-panels"):
            yield FileList()
            if self._pictures is not None:
                yield PreviewPane(self._pictures, id="picker-preview")
        yield KeyLine()

    def on_mount(self) -> None:
        """Reads the first folder and starts the decoder meanwhile."""
        self.files.focus()
        self._read()
        self._start_pictures()

    @property
    def files(self) -> FileList:
        """The list."""
        return self.query_one(FileList)

    @property
    def folder(self) -> Path:
        """The folder shown."""
        return self._folder

    def on_resize(self, event: Resize) -> None:
        """Leaves the preview out where there is no room for it."""
        self.set_class(event.size.width < _PREVIEW_FROM_COLUMNS, "-narrow")
        self._show_path()

    def on_paste(self, event: Paste) -> None:
        """Goes to a pasted folder, or marks pasted pictures; else it is typed into the filter."""
        event.stop()
        folder = os.path.expanduser(event.text.strip().strip("'\""))  # noqa: PTH111 - never raises
        if paths := picture_paths(event.text, self._folder):
            self._marked |= dict.fromkeys(paths)
            self._show_marks()
        elif os.path.isabs(folder) and os.path.isdir(folder):  # noqa: PTH112, PTH117 - so too
            self._go(Path(folder))
        else:
            self._filter(self._typed + filter_key(event.text))

    def action_accept(self) -> None:
        """Closes with the marked pictures or the one under the cursor; opens a folder."""
        entry = self.files.highlighted
        if self._marked:
            self._close(list(self._marked))
        elif entry is not None and entry.is_folder:
            self._go(self._folder / entry.name)
        elif entry is not None:
            self._close([self._folder / entry.name])

    def action_mark(self) -> None:
        """Marks or unmarks the picture under the cursor and goes on to the next."""
        entry = self.files.highlighted
        if entry is None or entry.is_folder:
            return
        path = self._folder / entry.name
        if path in self._marked:
            del self._marked[path]
        else:
            self._marked[path] = None
        self._show_marks()
        self.files.action_move(1)

    def action_open(self) -> None:
        """Opens the folder under the cursor."""
        entry = self.files.highlighted
        if entry is not None and entry.is_folder:
            self._go(self._folder / entry.name)

    def action_up(self) -> None:
        """Goes to the folder around this one, with the cursor on this one."""
        if self._folder.parent != self._folder:
            self._go(self._folder.parent, cursor_name=self._folder.name)

    def action_erase(self) -> None:
        """Erases the last character of the filter; without one it goes up."""
        if self._typed:
            self._filter(self._typed[:-1])
        else:
            self.action_up()

    def action_cancel(self) -> None:
        """Clears the filter; without one it closes the picker."""
        if self._typed:
            self._filter("")
        else:
            self._close(None)

    def action_toggle_hidden(self) -> None:
        """Shows or hides names that begin with a dot."""
        self._with_hidden = not self._with_hidden
        self._show_entries(self._cursor_name())

    def action_toggle_order(self) -> None:
        """Puts the newest picture first, or goes back to the order of names."""
        self._is_newest_first = not self._is_newest_first
        self._show_entries("")

    def action_reload(self) -> None:
        """Reads the folder again."""
        self._read(self._cursor_name())

    @on(FileList.Typed)
    def _type(self, event: FileList.Typed) -> None:
        """Adds to the filter; `/` opens the folder found, `~` goes home."""
        if event.character == "/":
            self.action_open() if self._typed else self._go(Path("/"))
        elif event.character == "~" and not self._typed:
            self._go(Path.home())
        else:
            self._filter(self._typed + event.character)

    @on(FileList.Chosen)
    def _choose(self, _event: FileList.Chosen) -> None:
        self.action_accept()

    @on(FileList.Highlighted)
    def _preview(self, event: FileList.Highlighted) -> None:
        if self._pictures is not None:
            self.query_one(PreviewPane).show(event.path)

    @work
    async def _start_pictures(self) -> None:
        if self._pictures is not None:
            await self._pictures.start()

    def _go(self, folder: Path, cursor_name: str = "") -> None:
        self._folder = folder
        self._typed = ""
        self._entries = ()
        self._read(cursor_name)

    def _read(self, cursor_name: str = "") -> None:
        self._problem = ""
        self.files.show_reading(self._folder)
        self._show_path()
        self._read_folder(self._folder, cursor_name)

    @work(exclusive=True, group="read")
    async def _read_folder(self, folder: Path, cursor_name: str) -> None:
        try:
            entries = await asyncio.to_thread(read_folder, folder)
        except FolderUnreadable as error:
            entries = ()
            self._problem = str(error)
        self._entries = entries
        self._show_entries(cursor_name)
        await self._add_unnamed(folder)

    async def _add_unnamed(self, folder: Path) -> None:
        """Adds the pictures whose names do not say so, below a cursor that stays where it is."""
        is_over = Event()
        try:
            more = await asyncio.to_thread(find_unnamed, folder, lambda: not is_over.is_set())
        finally:
            is_over.set()
        if more:
            self._entries = put_in_order((*self._entries, *more))
            self._show_entries(self._cursor_name())

    def _filter(self, typed: str) -> None:
        self._typed = typed
        self._show_entries(self._cursor_name() if not typed else "")

    def _show_entries(self, cursor_name: str) -> None:
        shown = filter_entries(self._entries, self._typed, with_hidden=self._with_hidden)
        self._shown_count = len(shown)
        if self._is_newest_first:
            shown = put_newest_first(shown)
        nothing = "No picture's name contains this." if self._typed else "No pictures here."
        if "://" in self._typed:
            nothing = "This is an address: download the picture first, then pick the file."
        elif "/" in self._typed and is_picture_name(self._typed):
            # Only a paste brings one: typed, it opens a folder.
            nothing = "This path is not on this machine: copy the picture over, as with scp."
        self.files.show(self._folder, shown, cursor_name=cursor_name, note=self._problem or nothing)
        self._show_path()

    def _show_marks(self) -> None:
        self.files.show_marks(frozenset(self._marked))
        self._show_path()

    def _show_path(self) -> None:
        """Writes the folder, the filter and the counts in the first row."""
        home = str(Path.home())
        where = str(self._folder)
        if where == home or where.startswith(home + "/"):
            where = "~" + where[len(home) :]
        counts = f"{self._shown_count:,} of {len(self._entries):,}"
        if self._marked:
            counts = f"{len(self._marked)} marked · {counts}"
        room = max(self.size.width - len(counts) - len(self._typed) - 22, 10)
        where = visible_line(where)
        where = where if len(where) <= room else "…" + where[1 - room :]
        typed = (f"  {self._typed}▏", "$accent") if self._typed else "  type to filter"
        line = Content.assemble((where, "$foreground"), typed, f"   {counts}")
        self.query_one("#picker-path", Static).update(line)

    def _cursor_name(self) -> str:
        entry = self.files.highlighted
        return entry.name if entry is not None else ""

    def _close(self, paths: list[Path] | None) -> None:
        visit = LastVisit(str(self._folder), self._is_newest_first)
        write_last_visit(self._state_file, visit)
        self.dismiss(paths)
