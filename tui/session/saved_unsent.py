"""How an entry of the journal is written to disk and read again."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from ...core.conversation import Attachment
from ...core.excerpt import WHOLE, Excerpt
from ...core.picture_detail import PictureDetail
from ...core.undecodable import UNDECODABLE
from .draft import Draft, DraftPicture, EditedMessage, SentTurn, TurnState, new_id
from .unsent import Unsent

FORMAT: Final = 2
"""Of what is written here; a higher one was written by a newer seeshell, and is left to that.

Version 1 knew whole files only.
"""


class UnreadableEntry(Exception):
    """It is broken, or of a newer seeshell."""


class _SavedPicture(Struct, frozen=True, omit_defaults=True):
    path: str
    attachment: Attachment | None = None
    copy: str = ""
    error: str = ""
    id: str = ""
    excerpt: Excerpt = WHOLE
    detail: PictureDetail = "normal"
    address: str = ""


class _SavedDraft(Struct, frozen=True, omit_defaults=True):
    text: str = ""
    pictures: tuple[_SavedPicture, ...] = ()
    edited: EditedMessage | None = None


class _SavedTurn(Struct, frozen=True, omit_defaults=True):
    id: str
    state: TurnState
    text: str = ""
    pictures: tuple[_SavedPicture, ...] = ()
    edited: EditedMessage | None = None
    regenerated: int | None = None


class SavedUnsent(Struct, frozen=True, omit_defaults=True):
    """An entry as it lies on disk."""

    format: int
    id: str
    conversation: int | None = None
    draft: _SavedDraft = _SavedDraft()
    edit: _SavedDraft | None = None
    turns: tuple[_SavedTurn, ...] = ()
    absorbed: tuple[str, ...] = ()
    """Ids of entries of which all is in here."""
    preset: str = ""
    gone_since: float = 0.0
    """When the conversation was first found missing, in seconds since the epoch; 0 if it is not."""

    def revive(self) -> Unsent:
        """Returns what it holds, for a window to go on with.

        Pictures that are not on their way are to be checked again: the core may have deleted its
        copies meanwhile.
        """
        return Unsent(
            self.conversation,
            _draft(self.draft),
            None if self.edit is None else _draft(self.edit),
            [_turn(turn) for turn in self.turns],
            self.id,
            self.preset,
        )


class _Format(Struct, frozen=True):
    format: int


def encode(entry: SavedUnsent) -> bytes:
    """Returns what to write to disk."""
    return msgspec.json.encode(entry)


def decode(content: bytes) -> SavedUnsent:
    """Returns what was written to disk.

    Raises:
        UnreadableEntry: it is not to be understood here.
    """
    try:
        if msgspec.json.decode(content, type=_Format).format > FORMAT:
            raise UnreadableEntry("It was written by a newer seeshell.")
        return msgspec.json.decode(content, type=SavedUnsent)
    except UNDECODABLE as error:
        raise UnreadableEntry(str(error)) from error


def save(unsent: Unsent) -> SavedUnsent:
    """Returns an entry as it is to lie on disk."""
    return SavedUnsent(
        FORMAT,
        unsent.id,
        unsent.conversation,
        _save_draft(unsent.draft),
        None if unsent.edit is None else _save_draft(unsent.edit),
        tuple(
            _SavedTurn(
                turn.id,
                turn.state,
                _text(turn.text),
                _save_pictures(turn.pictures),
                turn.edited,
                turn.regenerated,
            )
            for turn in unsent.turns
        ),
        tuple(sorted(unsent.absorbed)),
        unsent.preset,
    )


def _save_draft(draft: Draft) -> _SavedDraft:
    return _SavedDraft(_text(draft.text), _save_pictures(draft.pictures), draft.edited)


def _save_pictures(pictures: list[DraftPicture]) -> tuple[_SavedPicture, ...]:
    return tuple(
        _SavedPicture(
            str(picture.path),
            picture.attachment,
            str(picture.copy or ""),
            _text(picture.error),
            picture.id,
            picture.excerpt,
            picture.detail,
            picture.address,
        )
        for picture in pictures
        if _text(str(picture.path)) == str(picture.path)
    )


def _text(text: str) -> str:
    """Returns a text that can be written; bytes that were no UTF-8 can't, nor be sent."""
    return text.encode(errors="replace").decode()


def _draft(saved: _SavedDraft) -> Draft:
    return Draft(saved.text, [_unchecked(it) for it in saved.pictures], saved.edited)


def _turn(saved: _SavedTurn) -> SentTurn:
    revive = _unchecked if saved.state in ("typed", "checking") else _picture
    pictures = [revive(it) for it in saved.pictures]
    return SentTurn(saved.text, pictures, saved.edited, saved.regenerated, saved.state, id=saved.id)


def _unchecked(saved: _SavedPicture) -> DraftPicture:
    picture = _picture(saved)
    if picture.copy or picture.path.is_absolute() or picture.address:
        return replace(picture, attachment=None, error="")
    return picture


def _picture(saved: _SavedPicture) -> DraftPicture:
    return DraftPicture(
        Path(saved.path),
        saved.attachment,
        saved.error,
        Path(saved.copy) if saved.copy else None,
        saved.excerpt,
        saved.id or new_id(),
        saved.detail,
        address=saved.address,
    )
