"""Small files in which the interface keeps its state; nothing but convenience depends on them."""

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from ..core.private_files import replace_private
from ..core.undecodable import UNDECODABLE

_State = TypeVar("_State")


def read_state(path: Path, kind: type[_State]) -> _State | None:
    """Returns what was kept; None if that can't be told."""
    with suppress(OSError, *UNDECODABLE):
        return msgspec.json.decode(path.read_bytes(), type=kind)
    return None


def write_state(path: Path, state: object) -> None:
    """Keeps it, whole or not at all; a full disk loses it without a word."""
    with suppress(OSError, UnicodeEncodeError):
        replace_private(path, msgspec.json.encode(state))
