"""How the user left the interface, kept in a small file for the next time."""

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct


class Remembered(Struct, frozen=True):
    """What the interface keeps from one start to the next."""

    has_whole_receipts: bool = False


def read_remembered(state_file: Path) -> Remembered:
    """Returns what was kept; the defaults if that can't be told."""
    with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
        return msgspec.json.decode(state_file.read_bytes(), type=Remembered)
    return Remembered()


def write_remembered(state_file: Path, remembered: Remembered) -> None:
    """Stores it; a full disk loses it without a word, since nothing depends on it."""
    with suppress(OSError):
        state_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        state_file.write_bytes(msgspec.json.encode(remembered))
        state_file.chmod(0o600)
