"""Walking through folders and the pages of files, and marking what is there."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
from textual import getters, on, work
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from ..keys.bindings import fill_keys
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack, Step, WayBack
from ..session.draft import DraftPicture
from .file_grid import FileGrid
from .file_list import FileList
from .folder import FolderUnreadable, page_entries, put_in_order
from .folder_pane import FolderPane
from .last_visit import LastVisit, read_last_visit, write_last_visit
from .listing import Listing
from .path_row import path_row
from .picked import Picked
from .reader import read_beside, read_entries, read_places, read_unnamed

_FOLDERS_FROM_COLUMNS: Final = 120
"""Narrower terminals show places and tree in place of the list, when asked to."""


class Browser(KeepsFocus, GoesBack, ModalScreen[list[DraftPicture] | None]):
    """Shows a folder or the pages of a file, filtered and in order, with places to go beside it."""

    folders = getters.query_one(FolderPane)

    def __init__(self, folder: Path | None, state_file: Path | None) -> None:
        """Prepares to show a folder.

        Args:
            folder: where to begin; by default where it was last.
            state_file: where that is kept.
        """
        super().__init__()
        self._state_file = state_file
        self._last = read_last_visit(state_file)
        start = Path(os.path.abspath(folder or self._last.folder))  # noqa: PTH100
        self._listing = Listing(start, is_newest_first=self._last.is_newest_first)
        self._marked: dict[Picked, None] = {}
        self._is_in_places = False
        self._is_grid = self._last.is_grid
        self.way_back = WayBack(
            Step("clear filter", lambda: bool(self._listing.typed), lambda: self._filter("")),
            Step("files", lambda: bool(self._listing.pages), self.action_up),
            Step("close", lambda: True, lambda: self._close(None)),
        )

    @property
    def files(self) -> FileList:
        """What shows the entries: the list, or the grid."""
        grids = self.query(FileGrid)
        return (
            grids.first() if self._is_grid and grids else self.query_one("#picker-list", FileList)
        )

    @property
    def folder(self) -> Path:
        """The folder shown, or the file whose pages are."""
        return self._listing.folder

    def on_resize(self, _event: Resize) -> None:
        """Leaves out what there is no room for."""
        self._arrange()
        self._show_path()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Lets a key do only what the entry under the cursor can have done to it."""
        if action == "bookmark":
            return not self._listing.problem
        if action not in {"open", "mark"}:
            return True
        entry = self.files.highlighted
        return entry is not None and entry.is_folder == (action == "open")

    def action_mark(self) -> None:
        """Marks or unmarks the picture under the cursor and goes on to the next."""
        entry = self.files.highlighted
        if entry is not None:
            picture = self._listing.picture_of(entry)
            self._marked = (
                {it: None for it in self._marked if it != picture}
                if picture in self._marked
                else {**self._marked, picture: None}
            )
            self._show_marks()
            self.files.action_move(1)

    def action_mark_all(self) -> None:
        """Marks every picture shown; where all are, unmarks them."""
        shown = [self._listing.picture_of(it) for it in self._listing.shown if not it.is_folder]
        others = {it: None for it in self._marked if it not in set(shown)}
        are_marked = all(it in self._marked for it in shown)
        self._marked = others if are_marked else self._marked | dict.fromkeys(shown)
        self._show_marks()

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
        self._show_tree()

    def action_toggle_order(self) -> None:
        """Puts the newest picture first, or goes back to the order of names."""
        self._look_at(is_newest_first=not self._listing.is_newest_first)
        self._show_entries()

    def action_toggle_grid(self) -> None:
        """Shows thumbnails in place of names, or names again."""
        name = self._cursor_name()
        self._is_grid = not self._is_grid
        self._arrange()
        self.files.focus()
        self._show_entries(name)
        self._show_marks()

    def action_reload(self) -> None:
        """Reads the folder again."""
        self._read(self._cursor_name())

    def action_bookmark(self) -> None:
        """Bookmarks the folder shown, or takes its bookmark away."""
        self._last = self._last.with_bookmark_toggled(str(self._listing.place))
        self._keep_visit(self._last)
        self._read_places()
        self._show_path()

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

    def _look_at(self, **changes: Any) -> None:
        """Changes what is looked at, or how."""
        self._listing = replace(self._listing, **changes)

    def _go(self, folder: Path, cursor_name: str = "", *, pages: int = 0) -> None:
        """Shows another folder, or the pages of a file."""
        entries = page_entries(pages)
        self._look_at(folder=folder, typed="", entries=entries, siblings=(), pages=pages)
        self._read(cursor_name)

    def _read(self, cursor_name: str = "") -> None:
        self._look_at(problem="")
        if self._listing.pages:
            # What is still read of a folder would come in place of the pages.
            self.workers.cancel_group(self, "read")
            self._show_entries(cursor_name)
            return
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
        self._show_tree()
        if more := await read_unnamed(folder):
            self._look_at(entries=put_in_order((*self._listing.entries, *more)))
            self._show_entries(self._cursor_name())

    @work(exclusive=True, group="places")
    async def _read_places(self) -> None:
        self.folders.show_places(await read_places(self._last.recent, self._last.bookmarks))

    def _filter(self, typed: str) -> None:
        cursor_name = self._cursor_name() if not typed else ""
        self._look_at(typed=typed)
        self._show_entries(cursor_name)

    def _show_entries(self, cursor_name: str = "") -> None:
        listing = self._listing
        note = fill_keys(self, listing.note)
        self.files.show(listing, cursor_name=cursor_name or listing.first_name, note=note)
        self._show_path()

    def _show_tree(self) -> None:
        if not self._listing.pages:
            self.folders.show_tree(self.folder, self._listing.tree)

    def _show_path(self) -> None:
        is_bookmarked = str(self._listing.place) in self._last.bookmarks
        row = path_row(
            self._listing, len(self._marked), self.size.width, is_bookmarked=is_bookmarked
        )
        self.query_one("#picker-path", Static).update(row)

    def _show_marks(self) -> None:
        self.files.show_marks(frozenset(self._marked))
        self.refresh_bindings()
        self._show_path()

    def _arrange(self) -> None:
        """Shows the panels for which there is room."""
        has_room = self.app.size.width >= _FOLDERS_FROM_COLUMNS
        self.set_class(has_room, "-wide")
        self.folders.display = has_room or self._is_in_places
        for files in self.query(FileList):
            files.display = files is self.files and (has_room or not self._is_in_places)

    def _cursor_name(self) -> str:
        entry = self.files.highlighted
        return entry.name if entry is not None else ""

    def _close(self, picked: Sequence[Picked] | None) -> None:
        self._finish(None if picked is None else [it.draft for it in picked])

    def _finish(self, pictures: list[DraftPicture] | None) -> None:
        """Gives pictures, or none, to whoever asked, and keeps where they were."""
        folders = dict.fromkeys(str(it.path.parent) for it in pictures or () if not it.address)
        self._keep_visit(self._last.after_picking(list(folders)))
        self.dismiss(pictures)

    def _keep_visit(self, visit: LastVisit) -> None:
        visit = msgspec.structs.replace(
            visit,
            folder=str(self._listing.place),
            is_newest_first=self._listing.is_newest_first,
            is_grid=self._is_grid,
        )
        write_last_visit(self._state_file, visit)
