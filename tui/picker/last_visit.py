"""How the picker was left, kept for the next time."""

from contextlib import suppress
from os.path import expanduser
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..state_file import read_state, write_state

MOST_RECENT: Final = 4
"""Folders that are remembered beside the last one."""


class LastVisit(Struct, frozen=True):
    """How the picker was left."""

    folder: str
    is_newest_first: bool = False
    is_grid: bool = False
    """Whether thumbnails were shown in place of names."""
    recent: tuple[str, ...] = ()
    """Folders that pictures were picked from, the last one first."""
    bookmarks: tuple[str, ...] = ()
    """Folders that the user wants to find again, in the order of bookmarking."""

    def with_bookmark_toggled(self, folder: str) -> "LastVisit":
        """Returns the visit with a folder bookmarked, or no longer."""
        others = tuple(it for it in self.bookmarks if it != folder)
        is_new = len(others) == len(self.bookmarks)
        return replace(self, bookmarks=(*others, folder) if is_new else others)

    def after_picking(self, folders: list[str]) -> "LastVisit":
        """Returns the visit with these folders before those that were remembered."""
        recent = dict.fromkeys([*folders, *self.recent])
        return replace(self, recent=tuple(recent)[:MOST_RECENT])


def read_last_visit(state_file: Path | None) -> LastVisit:
    """Returns how the picker was left, in the working directory if that folder is gone."""
    visit = read_state(state_file, LastVisit) if state_file is not None else None
    with suppress(OSError, ValueError):
        if visit is not None and Path(visit.folder).is_dir():
            return visit
    try:
        here = str(Path.cwd())
    except OSError:
        here = expanduser("~")  # noqa: PTH111 - Path's own raises without a home
    return replace(visit, folder=here) if visit is not None else LastVisit(here)


def write_last_visit(state_file: Path | None, visit: LastVisit) -> None:
    """Stores it."""
    if state_file is not None:
        write_state(state_file, visit)
