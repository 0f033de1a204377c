"""Prints what is the case as JSON: `python -m seeshell.core.care [--repair]`."""

import os
import sqlite3
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from ..errors import SeeshellError
from ..ipc.lock import AnotherCoreServes, CoreLock
from ..settings import Paths, find_paths
from .condition import Condition
from .conversations import (
    check_conversations,
    check_search,
    repair_conversations,
    repair_search,
)
from .folders import check_rights, check_room, check_spills, repair_rights, repair_spills
from .pictures import check_pictures, repair_pictures

_PATIENCE: Final = 1.0
"""Seconds for a core that is ending."""


class _Care(NamedTuple):
    """A check, and what mends what it finds."""

    check: Callable[[Paths], Condition]
    repair: Callable[[Paths], Condition] | None = None


_ALL: Final = (
    _Care(check_conversations, repair_conversations),
    _Care(check_search, repair_search),
    _Care(check_pictures, repair_pictures),
    _Care(check_spills, repair_spills),
    _Care(check_rights, repair_rights),
    _Care(check_room),
)


def main() -> int:
    """Prints a list of conditions; with `--repair` of those that were mended how they are now."""
    try:
        paths = find_paths(os.environ)
        found = _repair(paths) if "--repair" in sys.argv[1:] else _check(paths)
    except SeeshellError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


def _check(paths: Paths) -> list[Condition]:
    return [_safely(care.check, paths) for care in _ALL]


def _repair(paths: Paths) -> list[Condition]:
    """Mends what can be mended, in the place of a core.

    Raises:
        SeeshellError: a core runs, or its folder can't be written.
    """
    try:
        lock = CoreLock(paths, "care")
    except OSError as error:
        raise SeeshellError(
            f"Nothing can be repaired: {error.filename} can't be opened ({error.strerror})."
        ) from error
    try:
        lock.acquire(_PATIENCE)
    except AnotherCoreServes as error:
        raise SeeshellError(
            "A core runs, and nothing is repaired beneath it: run `seeshell stop`, then "
            "`seeshell doctor --repair` again."
        ) from error
    try:
        return [_mend(care, paths) for care in _ALL]
    finally:
        lock.release()


def _mend(care: _Care, paths: Paths) -> Condition:
    """Mends what is found; returns what was done, and what is still wrong."""
    found = _safely(care.check, paths)
    if care.repair is None or not found.can_repair:
        return found
    mended, now = _safely(care.repair, paths), _safely(care.check, paths)
    if now.health == "good":
        return mended
    return replace(now, found=f"{mended.found}; {now.found}")


def _safely(look: Callable[[Paths], Condition], paths: Paths) -> Condition:
    """Returns what is found; a disk that does not let it is a finding too."""
    try:
        return look(paths)
    except (OSError, sqlite3.Error, SeeshellError) as error:
        name = look.__name__.partition("_")[2].replace("_", " ")
        reason = getattr(error, "strerror", None) or error
        return Condition(name, f"it can't be looked at or mended: {reason}", "poor")


if __name__ == "__main__":
    sys.exit(main())
