"""Reads folders in a thread: a disk may answer late, or never."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TypeVar

from ..scarcity import Scarcity, scarcity_named
from .folder import Entry, FolderUnreadable, find_unnamed, read_folder
from .places import Place, find_places
from .tree import read_siblings

_Found = TypeVar("_Found")


async def read_entries(folder: Path) -> tuple[Entry, ...]:
    """Returns subfolders, then pictures.

    Raises:
        FolderUnreadable: it is gone, no folder, or can't be read now.
    """
    try:
        return await _look(lambda: read_folder(folder))
    except Scarcity as error:
        raise FolderUnreadable(f"This folder can't be read now: {error}") from error


async def read_unnamed(folder: Path) -> tuple[Entry, ...]:
    """Returns pictures whose names do not say so; looking for them ends with this coroutine."""
    is_over = Event()
    with suppress(Scarcity):
        try:
            return await _look(lambda: find_unnamed(folder, lambda: not is_over.is_set()))
        finally:
            is_over.set()
    return ()


async def read_beside(folder: Path) -> tuple[str, ...]:
    """Returns the names of the folders beside one, itself included."""
    with suppress(Scarcity):
        return await _look(lambda: read_siblings(folder))
    return (folder.name,)


async def read_places(recent: Iterable[str], bookmarks: Iterable[str]) -> tuple[Place, ...]:
    """Returns the places to go to."""
    with suppress(Scarcity):
        return await _look(lambda: find_places(recent, bookmarks))
    return ()


async def _look(at_disk: Callable[[], _Found]) -> _Found:
    with scarcity_named():
        return await asyncio.to_thread(at_disk)
