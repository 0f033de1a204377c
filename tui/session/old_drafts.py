"""Takes over `drafts.json`, which held what was unsent before each window had a journal."""

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_OID, uuid5

import msgspec
from msgspec import Struct

from ...core.conversation import Attachment
from ...core.private_files import open_own
from ...core.undecodable import UNDECODABLE
from .draft import Draft, DraftPicture, EditedMessage, SentTurn
from .journal_folder import JournalFolder
from .saved_unsent import encode, save
from .unsent import Unsent

_NAME: Final = "drafts.json"


class _OldDraft(Struct, frozen=True):
    """What was unsent of one conversation, or a turn that was sent there."""

    conversation: int | None
    text: str
    pictures: tuple[str | Attachment, ...] = ()
    edited: EditedMessage | None = None
    turn: str = ""
    is_taken: bool = False
    regenerated: int | None = None


def take_over_old_drafts(data_dir: Path, folder: JournalFolder) -> None:
    """Leaves what the file holds for the next window that wants it, and deletes the file.

    One that can't be read stays, and so does one that another window is taking over just now.

    Raises:
        OSError: the disk does not take it; the file stays.
    """
    path = data_dir / _NAME
    try:
        descriptor = open_own(path, os.O_RDWR)
    except OSError:
        return
    with os.fdopen(descriptor, "rb") as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.exists():
            return
        try:
            old = msgspec.json.decode(file.read(), type=tuple[_OldDraft, ...])
        except UNDECODABLE:
            return
        for unsent in _entries(old):
            folder.write(unsent.id, encode(save(unsent)))
            folder.leave(unsent.id)
        path.unlink()


def _entries(old: Iterable[_OldDraft]) -> list[Unsent]:
    """Returns one entry for each conversation, under the same id however often it is made."""
    found: dict[int | None, Unsent] = {}
    for saved in old:
        it = saved.conversation
        unsent = found.setdefault(it, Unsent(it, id=uuid5(NAMESPACE_OID, f"{_NAME} {it}").hex))
        pictures = [_picture(picture) for picture in saved.pictures]
        if saved.turn:
            turn = SentTurn(saved.text, pictures, saved.edited, saved.regenerated, id=saved.turn)
            turn.state = "taken" if saved.is_taken else "ready"
            unsent.turns.append(turn)
        elif saved.edited and it is not None:
            unsent.edit = Draft(saved.text, pictures, saved.edited)
        else:
            unsent.draft.put_in_front(saved.text, pictures)
    for unsent in found.values():
        unsent.turns.sort(key=lambda turn: not turn.is_taken)
    return list(found.values())


def _picture(saved: str | Attachment) -> DraftPicture:
    if isinstance(saved, Attachment):
        return DraftPicture(Path(saved.name), saved)
    return DraftPicture(Path(saved))
