"""How the picker was left, kept for the next time."""

from contextlib import suppress
from os.path import expanduser
from pathlib import Path

from msgspec import Struct

from ..state_file import read_state, write_state


class LastVisit(Struct, frozen=True):
    """How the picker was left."""

    folder: str
    is_newest_first: bool = False


def read_last_visit(state_file: Path | None) -> LastVisit:
    """Returns how the picker was left; the working directory if that can't be told."""
    visit = read_state(state_file, LastVisit) if state_file is not None else None
    with suppress(OSError, ValueError):
        if visit is not None and Path(visit.folder).is_dir():
            return visit
    try:
        return LastVisit(str(Path.cwd()))
    except OSError:
        return LastVisit(expanduser("~"))  # noqa: PTH111 - Path's own raises without a home


def write_last_visit(state_file: Path | None, visit: LastVisit) -> None:
    """Stores it."""
    if state_file is not None:
        write_state(state_file, visit)
