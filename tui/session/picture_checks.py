"""Has the core check and copy pictures, a few at a time, and takes down what became of each."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from ...core.errors import CoreDied, CoreUnreachable, SeeshellError
from ...core.messages.events import Attached
from ...core.messages.requests import Attach
from .core_link import CoreLink
from .draft import DraftPicture, SentTurn
from .journal import Journal

_AT_ONCE: Final = 3


class PictureChecks:
    """The pictures that are being checked, wherever in the journal they are by now."""

    def __init__(self, link: CoreLink, journal: Journal) -> None:
        self._link = link
        self._journal = journal
        self.pixel_budget = 0
        """What pictures are measured with: the preset's; 0 for that of the settings."""
        self._open: set[str] = set()
        """Ids of pictures."""
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._changed = asyncio.Condition()

    async def check(self, pictures: Iterable[DraftPicture]) -> None:
        """Returns when those of the pictures are checked that nobody was having checked before.

        One of which the core did not tell before it ended stays unchecked.
        """
        new = [it for it in pictures if it.is_checking and it.id not in self._open]
        self._open.update(it.id for it in new)
        await asyncio.gather(*(self._check(it) for it in new))

    async def measure_again(self, pictures: Iterable[DraftPicture]) -> None:
        """Has those of the pictures checked again that were measured with another budget."""
        outdated = [
            replace(picture, attachment=None)
            for picture in pictures
            if picture.attachment and picture.copy
            if picture.attachment.pixel_budget != self.pixel_budget
        ]
        for picture in outdated:
            self._journal.settle(picture)
        await self.check(outdated)

    async def wait_for(self, turn: SentTurn) -> None:
        """Returns when no picture of a turn is being checked, or the turn was taken back."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: (
                    self._journal.entry_with(turn) is None
                    or not any(it.id in self._open for it in turn.pictures)
                )
            )

    async def look_again(self) -> None:
        """Has those who wait see that a turn was taken back."""
        async with self._changed:
            self._changed.notify_all()

    async def _check(self, picture: DraftPicture) -> None:
        try:
            async with self._room:
                checked = await self._ask_about(picture)
        finally:
            self._open.discard(picture.id)
        self._journal.settle(checked)
        await self.look_again()

    async def _ask_about(self, picture: DraftPicture) -> DraftPicture:
        """Returns the picture with the core's answer; as it was where there is no core.

        The core's own copy comes first: what was picked may have changed since, or be gone.
        """
        error = ""
        for place in (picture.copy, picture.path):
            if place is None:
                continue
            name = "" if place is picture.path else picture.path.name
            try:
                request = Attach(path=str(place), name=name, pixel_budget=self.pixel_budget)
                reply = await self._link.request(request)
            except (CoreDied, CoreUnreachable):
                return picture
            except SeeshellError as refusal:
                error = str(refusal)
            else:
                if isinstance(reply, Attached):
                    return replace(picture, attachment=reply.attachment, copy=Path(reply.path))
        return replace(picture, error=error)
