"""Unsent texts and pictures on disk: a line that drops loses none of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ...core.conversation import Attachment
from ..state_file import read_state, write_state
from .draft import Draft, DraftPicture, EditedQuestion


class SavedDraft(Struct, frozen=True):
    """What is unsent of one conversation."""

    conversation: int | None
    text: str
    pictures: tuple[str | Attachment, ...] = ()
    """Paths where they were picked; where that is unknown, what the core holds."""
    edited: EditedQuestion | None = None
    turn: str = ""
    """Id of a turn that was sent; empty for unsent words."""
    is_taken: bool = False
    """Whether the core has stored it: its answer had not begun."""
    regenerated: int | None = None
    """Message whose answer that turn is to give again."""


class DraftFile:
    """One small file for all windows; each window changes only its own drafts in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: list[SavedDraft] = []
        """What this window wrote last: gone with the next writing unless it is still so."""

    def take(self) -> tuple[SavedDraft, ...]:
        """Returns the drafts and empties the file, so that no second window shows them too."""
        saved = self._read()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return saved

    def write(self, drafts: Sequence[Draft]) -> None:
        """Stores the drafts; a full disk must not keep anybody from typing."""
        mine = {draft.conversation for draft in drafts}
        others = [
            saved
            for saved in self._read()
            if saved.conversation not in mine and saved not in self._written
        ]
        self._written = [saved for draft in drafts for saved in _saved(draft)]
        write_state(self._path, [*others, *self._written])

    def _read(self) -> tuple[SavedDraft, ...]:
        return read_state(self._path, tuple[SavedDraft, ...]) or ()


def _saved(draft: Draft) -> Iterator[SavedDraft]:
    for turn in (*draft.taken, *draft.outbox):
        held = tuple(picture.attachment for picture in turn.pictures if picture.attachment)
        yield SavedDraft(
            draft.conversation,
            turn.text,
            held,
            turn.edited,
            turn.id,
            is_taken=turn in draft.taken,
            regenerated=turn.regenerated,
        )
    unsent = SavedDraft(
        draft.conversation,
        draft.text if draft.text.strip() else "",
        tuple(_place(it) for it in draft.pictures if _is_text(it.path)),
        draft.edited,
    )
    if unsent.text or unsent.pictures or unsent.edited:
        yield unsent


def _place(picture: DraftPicture) -> str | Attachment:
    """Returns where the picture was picked; the core deletes copies that are not sent for long."""
    if picture.attachment and not picture.path.is_absolute():
        return picture.attachment
    return str(picture.path)


def _is_text(path: Path) -> bool:
    """Whether a path can be stored as text; no other can be sent either."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
