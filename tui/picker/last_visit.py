"""How the picker was left, kept in a small file for the next time."""

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct


class LastVisit(Struct, frozen=True):
    """How the picker was left."""

    folder: str
    is_newest_first: bool = False


def read_last_visit(state_file: Path | None) -> LastVisit:
    """Returns how the picker was left; the working directory if that can't be told."""
    if state_file is not None:
        with suppress(OSError, msgspec.DecodeError, ValueError):
            visit = msgspec.json.decode(state_file.read_bytes(), type=LastVisit)
            if Path(visit.folder).is_dir():
                return visit
    try:
        return LastVisit(str(Path.cwd()))
    except OSError:
        return LastVisit(str(Path.home()))


def write_last_visit(state_file: Path | None, visit: LastVisit) -> None:
    """Stores it; a full disk loses it without a word, since nothing depends on it."""
    if state_file is None:
        return
    with suppress(OSError, UnicodeEncodeError):
        state_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        state_file.write_bytes(msgspec.json.encode(visit))
        state_file.chmod(0o600)
