"""What dead windows left unsent: who inherits it, and when it is given up."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from .journal_folder import JournalFolder, LeftEntry
from .saved_unsent import SavedUnsent, UnreadableEntry, decode, encode
from .unsent import Unsent

RESTORE_SECONDS: Final = 31 * 86_400.0
"""How long what is unsent of a deleted conversation stays: longer than that can be restored."""

Left = tuple[LeftEntry, SavedUnsent]


def inherit(folder: JournalFolder, is_wanted: Callable[[SavedUnsent], bool]) -> list[Unsent]:
    """Makes entries of dead windows this window's own, and returns them, the oldest first.

    What can't be read or moved, or was written by a newer seeshell, stays where it is.
    """
    inherited: list[tuple[float, Unsent]] = []
    with suppress(OSError), folder.left_entries() as windows:
        for window in windows:
            for entry, saved in _without_absorbed(window):
                if is_wanted(saved):
                    with suppress(OSError):
                        entry.inherit()
                        inherited.append((entry.changed_at, saved.revive()))
    return [unsent for _, unsent in sorted(inherited, key=lambda it: it[0])]


def has_left_conversations(folder: JournalFolder) -> bool:
    """Whether dead windows left anything of stored conversations."""
    with suppress(OSError), folder.left_entries() as windows:
        left = [saved for window in windows for _, saved in _read(window)]
        return any(saved.conversation is not None for saved in left)
    return False


def forget_deleted(folder: JournalFolder, stored: Collection[int]) -> None:
    """Deletes what dead windows left of conversations that can't be restored any more.

    Args:
        folder: of this window.
        stored: all conversations that are not deleted.
    """
    with suppress(OSError), folder.left_entries() as windows:
        for window in windows:
            for entry, saved in _read(window):
                if saved.conversation is not None:
                    _note_whether_gone(entry, saved, is_gone=saved.conversation not in stored)


def _note_whether_gone(entry: LeftEntry, saved: SavedUnsent, *, is_gone: bool) -> None:
    now = time.time()
    if is_gone and saved.gone_since and now - saved.gone_since > RESTORE_SECONDS:
        entry.delete()
    elif is_gone != bool(saved.gone_since):
        entry.replace(encode(replace(saved, gone_since=now if is_gone else 0.0)))


def _without_absorbed(window: list[LeftEntry]) -> list[Left]:
    """Returns the entries that can be read, without those of which all is in another one."""
    found = _read(window)
    absorbed = {name for _, saved in found for name in saved.absorbed}
    for entry, saved in found:
        if saved.id in absorbed:
            entry.delete()
    return [(entry, saved) for entry, saved in found if saved.id not in absorbed]


def _read(window: list[LeftEntry]) -> list[Left]:
    found: list[Left] = []
    for entry in window:
        with suppress(UnreadableEntry):
            found.append((entry, decode(entry.content)))
    return found
