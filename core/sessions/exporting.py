"""Writes bundles: conversations with all their branches and pictures, one bundle at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..conversation import Attachment, ConversationSummary
from ..errors import NotStored, TransferError
from ..kept import KeptConversation
from ..messages.library_events import BundleWritten
from ..messages.library_requests import ExportBundle
from ..store.archive import Archive
from ..store.conversation_table import no_conversation
from ..transfer.bundle_writer import BundleWriter
from ..transfer.checked import checked
from .stripped_pictures import StrippedPictures


class Exporting:
    """Reads conversations one by one between other work, and copies pictures beside it."""

    def __init__(self, archive: Archive, version: str) -> None:
        """Begins without any; `version` is seeshell's."""
        self._archive = archive
        self._made_by = f"seeshell {version}"
        self._turn = asyncio.Lock()

    async def write(self, request: ExportBundle) -> BundleWritten:
        """Returns what the new bundle holds, once it is on disk.

        Raises:
            NotStored: one of the conversations is not there.
            TransferError: the bundle can't be written.
        """
        target = Path(request.path)
        if not target.is_absolute():
            raise TransferError(f"{target} is not an absolute path: give the whole path.")
        rows = await self._by_uuid(request.conversations)
        async with self._turn:
            with await asyncio.to_thread(BundleWriter, target, self._made_by) as bundle:
                stripped = None
                if not request.keeps_metadata:
                    folder = await asyncio.to_thread(bundle.make_folder)
                    stripped = StrippedPictures(self._archive, folder)
                return await self._fill(bundle, rows, stripped)

    async def _by_uuid(self, conversations: Sequence[int]) -> list[ConversationSummary]:
        """Returns the conversations, each once, in an order that holds on every machine."""
        rows = await self._archive.library.read_rows(conversations)
        found = {row.summary.id: row.summary for row in rows if not row.deleted_at}
        for conversation in conversations:
            if conversation not in found:
                raise no_conversation(conversation)
        return sorted(found.values(), key=lambda it: it.uuid)

    async def _fill(
        self,
        bundle: BundleWriter,
        conversations: Sequence[ConversationSummary],
        stripped: StrippedPictures | None,
    ) -> BundleWritten:
        left_out: list[str] = []
        pictures: dict[str, Attachment] = {}
        written = 0
        for summary in conversations:
            try:
                kept = await self._read(summary)
            except (NotStored, TransferError) as error:
                left_out.append(str(error))
                continue
            if stripped:
                kept = await stripped.strip(kept)
            if why := await asyncio.to_thread(bundle.add_conversation, kept):
                left_out.append(why)
                continue
            written += 1
            pictures.update(_pictures_of(kept))
        left_out += await self._add_pictures(bundle, pictures, stripped)
        size = await asyncio.to_thread(bundle.finish)
        return BundleWritten(
            conversations=written,
            pictures=len(bundle.pictures),
            size=size,
            left_out=tuple(left_out),
        )

    async def _read(self, summary: ConversationSummary) -> KeptConversation:
        """Returns a conversation with all its branches.

        Raises:
            NotStored: it was deleted just now.
            TransferError: it is no conversation for a bundle.
        """
        return checked((await self._archive.library.read_tree(summary.id)).conversation)

    async def _add_pictures(
        self,
        bundle: BundleWriter,
        pictures: Mapping[str, Attachment],
        stripped: StrippedPictures | None,
    ) -> list[str]:
        """Adds the pictures' files; returns why some are left out."""
        left_out = []
        for sha256, picture in sorted(pictures.items()):
            try:
                path = await self._find(picture, stripped)
            except NotStored as error:
                left_out.append(str(error))
                continue
            await asyncio.to_thread(_add_picture, bundle, sha256, path)
        return left_out

    async def _find(self, picture: Attachment, stripped: StrippedPictures | None) -> Path:
        """Returns the file that goes into the bundle.

        Raises:
            NotStored: there is none.
        """
        if stripped is None:
            (path,) = await self._archive.pictures.locate([picture])
        else:
            path = stripped.place(picture.sha256)
            if not await asyncio.to_thread(path.exists):
                raise NotStored(f"{picture.label} is left out: its file can't be read.")
        return path


def _add_picture(bundle: BundleWriter, sha256: str, path: Path) -> None:
    with path.open("rb") as file:
        bundle.add_picture(sha256, file)


def _pictures_of(kept: KeptConversation) -> dict[str, Attachment]:
    """Returns a conversation's pictures by the sha256 of their files."""
    parts = (part for message in kept.messages for part in message.parts)
    return {part.sha256: part for part in parts if isinstance(part, Attachment)}
