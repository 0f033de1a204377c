"""Stores what bundles hold and is not there yet, one conversation after the other.

Each is stored whole, in a transaction of its own, once its pictures are: a core that is killed in
the midst of a bundle has whole conversations, and the same bundle adds the others later.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from ..conversation import Attachment, Part
from ..errors import ImageError, NotStored, TransferError
from ..kept import KeptConversation
from ..messages.library_events import BundleImported, BundleProgress
from ..messages.library_requests import ImportBundle
from ..server_address import looks_like_address
from ..store.archive import Archive
from ..store.stored_imports import stand_in
from ..transfer.bundle_reader import BundleReader
from ..transfer.checked import read_conversation
from .extending import Extending
from .subscribers import Subscriber

_TOLD_SECONDS: Final = 0.25
"""Between two reports of how far it is."""

_MOST_SENTENCES: Final = 200

_MOST_NAMED: Final = 5
"""Files of which the names are told."""


class Importing:
    """Takes in one bundle at a time."""

    def __init__(self, archive: Archive, extending: Extending) -> None:
        self._archive = archive
        self._extending = extending
        self._turn = asyncio.Lock()

    async def take_in(self, request: ImportBundle, client: Subscriber) -> BundleImported:
        """Returns what came of a bundle, once all of it is stored.

        Raises:
            TransferError: the file is no bundle, or can't be read.
            StoreError: the disk does not let it work; what was stored until then stays.
        """
        path = Path(request.path)
        if not path.is_absolute():
            raise TransferError(f"{path} is not an absolute path: give the whole path.")
        async with self._turn:
            with (
                await asyncio.to_thread(BundleReader, path) as bundle,
                tempfile.TemporaryDirectory(
                    prefix="seeshell-", ignore_cleanup_errors=True
                ) as folder,
            ):
                pictures = _Pictures(self._archive, bundle, Path(folder) / "picture")
                one = _OneBundle(self._archive, self._extending, bundle, pictures)
                return await one.take_in(_Progress(request.path, len(bundle.conversations), client))


class _OneBundle:
    """A bundle that is being taken in, and what has come of it so far."""

    def __init__(
        self, archive: Archive, extending: Extending, bundle: BundleReader, pictures: "_Pictures"
    ) -> None:
        self._archive = archive
        self._extending = extending
        self._bundle = bundle
        self._pictures = pictures
        self._ids: dict[str, list[int]] = {"added": [], "extended": [], "known": []}
        self._left_out: list[str] = []

    async def take_in(self, progress: "_Progress") -> BundleImported:
        """Stores all of it; returns what came of it."""
        self._note_strangers()
        for uuid in self._bundle.conversations:
            try:
                document = await asyncio.to_thread(self._bundle.read_conversation, uuid)
                kept = await asyncio.to_thread(read_conversation, uuid, document)
                await self._store(self._without_address(kept))
            except (TransferError, NotStored) as error:
                self._left_out.append(str(error))
            progress.tell()
        return BundleImported(
            added=tuple(self._ids["added"]),
            extended=tuple(self._ids["extended"]),
            known=len(self._ids["known"]),
            left_out=_bounded([*self._left_out, *self._pictures.left_out]),
        )

    async def _store(self, kept: KeptConversation) -> None:
        known = await self._archive.imports.compare(kept)
        if known.is_deleted:
            raise NotStored(f"“{kept.title}” is in the bin here: restore it there.")
        if known.differs:
            self._left_out.append(
                f"“{kept.title}” is here with other words in it: what is here stays as it is."
            )
        if known.unplaced:
            self._left_out.append(
                f"“{kept.title}”: {known.unplaced} messages follow one that was deleted here, and "
                "are left out."
            )
        if wanted := known.missing | known.incomplete:
            messages = [
                replace(it, parts=await self._pictures.store(it.parts)) if it.uuid in wanted else it
                for it in kept.messages
            ]
            kept = replace(kept, messages=tuple(messages))
        imported = await self._extending.store(kept, known)
        self._ids[imported.outcome].append(imported.conversation)

    def _without_address(self, kept: KeptConversation) -> KeptConversation:
        """Returns the conversation without a server that its next question would be sent to."""
        choices = kept.choices
        if not looks_like_address(choices.model):
            return kept
        self._left_out.append(
            f"“{kept.title}” was to be answered by {choices.model[:200]}, which is not taken over: "
            "choose a model in it."
        )
        return replace(kept, choices=replace(choices, model="", adapter=""))

    def _note_strangers(self) -> None:
        strangers = self._bundle.strangers
        if strangers:
            named = ", ".join(it[:80] for it in strangers[:_MOST_NAMED])
            self._left_out.append(
                f"{len(strangers)} files in it are no part of a bundle and are left out: {named}"
                + (", …." if len(strangers) > _MOST_NAMED else ".")
            )


class _Pictures:
    """The pictures of a bundle on their way into the store, each once."""

    def __init__(self, archive: Archive, bundle: BundleReader, place: Path) -> None:
        """Stores none yet; `place` is where each is copied to on its way."""
        self._archive = archive
        self._bundle = bundle
        self._place = place
        self._stored: dict[str, Part] = {}
        self.left_out: list[str] = []
        """Why some could not be taken, a sentence each."""

    async def store(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Returns the parts of a message with its pictures stored, or a text in their place."""
        return tuple([await self._find(it) if isinstance(it, Attachment) else it for it in parts])

    async def _find(self, told: Attachment) -> Part:
        if told.key not in self._stored:
            try:
                self._stored[told.key] = await self._store(told)
            except (TransferError, ImageError, NotStored) as error:
                self.left_out.append(f"A picture is left out: {error}")
                self._stored[told.key] = stand_in(told)
        stored = self._stored[told.key]
        if not isinstance(stored, Attachment):
            return stand_in(told)
        own = (stored.width, stored.height, stored.excerpt)
        return replace(told, width=own[0], height=own[1], excerpt=own[2])

    async def _store(self, told: Attachment) -> Attachment:
        name = told.name or told.sha256[:12]
        place = await self._find_file(told, name)
        added = await self._archive.pictures.attach(
            place, name, excerpt=told.excerpt, note=told.note
        )
        return added.picture

    async def _find_file(self, told: Attachment, name: str) -> Path:
        """Returns a picture's file: the bundle's, else the store's own.

        Raises:
            TransferError: there is none, or it is damaged.
        """
        if told.sha256 in self._bundle.pictures:
            await asyncio.to_thread(self._copy, told.sha256)
            return self._place
        try:
            (place,) = await self._archive.pictures.locate([told])
        except NotStored as error:
            raise TransferError(f"the bundle lacks the file of {name}.") from error
        return place

    def _copy(self, sha256: str) -> None:
        with self._place.open("wb") as file:
            self._bundle.copy_picture(sha256, file)


class _Progress:
    """Tells the client how many conversations of a bundle are done, a few times a second."""

    def __init__(self, path: str, total: int, client: Subscriber) -> None:
        self._tell: Callable[[int], None] = lambda done: client.put(
            BundleProgress(path=path, done=done, total=total)
        )
        self._done = 0
        self._told_at = time.monotonic()

    def tell(self) -> None:
        """Counts one more."""
        self._done += 1
        if time.monotonic() - self._told_at > _TOLD_SECONDS:
            self._told_at = time.monotonic()
            self._tell(self._done)


def _bounded(sentences: list[str]) -> tuple[str, ...]:
    """Returns the first sentences, and how many more there are."""
    more = len(sentences) - _MOST_SENTENCES
    if more <= 0:
        return tuple(sentences)
    return (*sentences[:_MOST_SENTENCES], f"{more:,} more things are left out for such reasons.")
