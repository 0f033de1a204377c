"""The folder that the picker opens next time, kept in a small file."""

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct


class _State(Struct):
    folder: str


def read_last_folder(state_file: Path | None) -> Path:
    """Returns the folder that was open last; the working directory if that can't be told."""
    if state_file is not None:
        with suppress(OSError, msgspec.DecodeError, ValueError):
            folder = Path(msgspec.json.decode(state_file.read_bytes(), type=_State).folder)
            if folder.is_dir():
                return folder
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def write_last_folder(state_file: Path | None, folder: Path) -> None:
    """Stores the folder; a full disk loses it without a word, since it can be walked to again."""
    if state_file is None:
        return
    with suppress(OSError, UnicodeEncodeError):
        state_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        state_file.write_bytes(msgspec.json.encode(_State(str(folder))))
        state_file.chmod(0o600)
