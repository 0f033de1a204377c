"""Has the journal's entries on disk soon after each change, and says so where it can't."""

import asyncio
from typing import Final

from .core_link import Post
from .events import RequestRefused
from .journal_folder import JournalFolder
from .saved_unsent import encode, save
from .unsent import Unsent

SAVE_SECONDS: Final = 0.25
"""Longest time that what is being typed is not on disk; all else is at once."""
RETRY_SECONDS: Final = 5.0
"""Time until a disk that took nothing is tried again."""


class JournalKeeper:
    """Writes and removes entries in the order in which that was asked for."""

    def __init__(self, folder: JournalFolder, post: Post) -> None:
        self._folder = folder
        self._post = post
        self._due: dict[str, Unsent | None] = {}
        """What is to be written, by id; None where it is to be removed."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_failing = False
        self._is_closed = False

    def keep_soon(self, unsent: Unsent) -> None:
        """Has an entry on disk within `SAVE_SECONDS`."""
        if not unsent.is_private:
            self._due.setdefault(unsent.id, unsent)
            self._save_in(SAVE_SECONDS)

    def keep(self, unsent: Unsent) -> None:
        """Has an entry on disk now, and all that was to be there soon; never a private one."""
        if not unsent.is_private:
            self._due[unsent.id] = unsent
        self.save()

    def drop(self, unsent: Unsent) -> bool:
        """Removes an entry from the disk behind all that is to be written; returns whether it is.

        It is removed in any case, as soon as the disk lets it go.
        """
        self._due.pop(unsent.id, None)
        self._due[unsent.id] = None
        return self.save()

    def save(self) -> bool:
        """Writes what is due; returns whether the disk took all of it.

        A full disk must not keep anybody from typing: it is tried again.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_closed:
            return False
        try:
            while self._due:
                entry = next(iter(self._due))
                self._save_one(entry, self._due[entry])
                del self._due[entry]
        except OSError as error:
            self._tell_failure(error)
            self._save_in(RETRY_SECONDS)
            return False
        self._is_failing = False
        return True

    def close(self) -> None:
        """Writes what is due; nothing from now on."""
        self.save()
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _save_one(self, entry: str, unsent: Unsent | None) -> None:
        if unsent is None or unsent.is_empty:
            self._folder.remove(entry)
        else:
            self._folder.write(entry, encode(save(unsent)))

    def _save_in(self, seconds: float) -> None:
        if self._timer is None and not self._is_closed:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.save)

    def _tell_failure(self, error: OSError) -> None:
        if not self._is_failing:
            self._is_failing = True
            why = error.strerror or str(error)
            self._post(
                RequestRefused(
                    f"What you type is not saved ({why}): do not close this window before it is "
                    "sent, or make room on the disk."
                )
            )
