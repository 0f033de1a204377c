"""Small files in which the interface keeps its state; nothing but convenience depends on them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from ..core.private_files import open_private

_State = TypeVar("_State")


def read_state(path: Path, kind: type[_State]) -> _State | None:
    """Returns what was kept; None if that can't be told."""
    with suppress(OSError, ValueError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=kind)
    return None


def write_state(path: Path, state: object) -> None:
    """Keeps it, whole or not at all; a full disk loses it without a word."""
    unfinished = path.with_suffix(".new")
    with suppress(OSError, UnicodeEncodeError):
        encoded = msgspec.json.encode(state)
        with os.fdopen(open_private(unfinished, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            file.write(encoded)
        unfinished.replace(path)
