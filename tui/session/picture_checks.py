"""Has the core check and copy pictures, a few at a time, and takes down what became of each."""

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ...core.errors import CoreDied, CoreUnreachable, PrivateAddress, SeeshellError
from ...core.messages.picture_events import Attached, PictureMeasured
from ...core.messages.picture_requests import Attach, FetchPicture, MeasurePicture
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
        self._room_on_the_web = asyncio.Semaphore(_AT_ONCE)
        """Apart, so that no file waits for slow servers."""
        self._changed = asyncio.Condition()

    async def check(self, pictures: Iterable[DraftPicture]) -> None:
        """Returns when those of the pictures are checked that nobody was having checked before.

        One of which the core did not tell before it ended stays unchecked.
        """
        new = [it for it in pictures if it.is_checking and it.id not in self._open]
        self._open.update(it.id for it in new)
        files: dict[tuple[Path, str], list[DraftPicture]] = {}
        for picture in new:
            # What comes from the web has no path but a name, which others may have too.
            files.setdefault((picture.path, picture.address), []).append(picture)
        await asyncio.gather(*(self._check_file(*it) for it in files.values()))

    async def _check_file(self, first: DraftPicture, *others: DraftPicture) -> None:
        """Has pictures of one file checked, which is read once: the others are of the copy."""
        with ExitStack() as unless_begun:
            unless_begun.callback(self._open.difference_update, {it.id for it in others})
            copy = await self._check(first)
            unless_begun.pop_all()
        await asyncio.gather(*(self._check(replace(it, copy=it.copy or copy)) for it in others))

    async def measure_again(self, pictures: Iterable[DraftPicture]) -> None:
        """Has the pictures that are checked measured for what they would be sent with now.

        One that is removed meanwhile, or that the core can't measure, stays as it was.
        """
        for picture in list(pictures):
            attachment = picture.attachment
            if attachment is not None:
                request = MeasurePicture(
                    attachment=attachment, pixel_budget=self.pixel_budget, detail=picture.detail
                )
                with suppress(SeeshellError):
                    reply = await self._link.request(request)
                    if isinstance(reply, PictureMeasured):
                        measured = replace(
                            picture, attachment=reply.attachment, seconds=reply.seconds
                        )
                        if measured != picture or measured.seconds != picture.seconds:
                            await self._settle(measured)

    async def _settle(self, picture: DraftPicture) -> None:
        """Takes down what became of a picture; it is measured again if its detail was changed."""
        settled = self._journal.settle(picture)
        if settled is not None and settled.detail != picture.detail:
            await self.measure_again([settled])

    async def wait_for(self, turn: SentTurn) -> None:
        """Returns when no picture of a turn is being checked, or the turn was taken back."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: (
                    self._journal.entries.entry_with(turn) is None
                    or not any(it.id in self._open for it in turn.pictures)
                )
            )

    async def look_again(self) -> None:
        """Has those who wait see that a turn was taken back."""
        async with self._changed:
            self._changed.notify_all()

    async def _check(self, picture: DraftPicture) -> Path | None:
        """Takes down what the core says of a picture; returns where the copy of its file lies."""
        try:
            is_far = bool(picture.address) and picture.copy is None
            async with self._room_on_the_web if is_far else self._room:
                checked = await self._ask_about(picture)
        finally:
            self._open.discard(picture.id)
        await self._settle(checked)
        await self.look_again()
        return checked.copy

    async def _ask_about(self, picture: DraftPicture) -> DraftPicture:
        """Returns the picture with the core's answer; as it was where there is no core.

        The core's own copy comes first: what was picked may have changed since, or be gone.
        """
        if picture.address and picture.copy is None:
            return await self._fetch(picture)
        error = ""
        for place in _places(picture):
            request = Attach(
                path=str(place),
                name=picture.path.name,
                excerpt=picture.excerpt,
                pixel_budget=self.pixel_budget,
                detail=picture.detail,
                is_private=self._journal.entries.is_for_private(picture),
            )
            try:
                reply = await self._link.request(request)
            except (CoreDied, CoreUnreachable):
                return picture
            except SeeshellError as refusal:
                error = str(refusal)
            else:
                if isinstance(reply, Attached):
                    return _attached(picture, reply)
        return replace(picture, error=error)

    async def _fetch(self, picture: DraftPicture) -> DraftPicture:
        """Returns the picture with the core's answer, which fetches it from the web."""
        request = FetchPicture(
            address=picture.address,
            allows_private=picture.access == "allowed",
            excerpt=picture.excerpt,
            pixel_budget=self.pixel_budget,
            detail=picture.detail,
            is_private=self._journal.entries.is_for_private(picture),
        )
        try:
            reply = await self._link.request(request)
        except (CoreDied, CoreUnreachable):
            return picture
        except PrivateAddress as refusal:
            return replace(picture, error=str(refusal), access="refused")
        except SeeshellError as refusal:
            return replace(picture, error=str(refusal))
        return _attached(picture, reply) if isinstance(reply, Attached) else picture


def _attached(picture: DraftPicture, reply: Attached) -> DraftPicture:
    return replace(
        picture,
        attachment=reply.attachment,
        copy=Path(reply.path),
        seconds=reply.seconds,
        alike=reply.alike,
    )


def _places(picture: DraftPicture) -> list[Path]:
    """Returns where the file may be."""
    if picture.copy is None:
        return [picture.path]
    return [picture.copy, picture.path] if picture.path.is_absolute() else [picture.copy]
