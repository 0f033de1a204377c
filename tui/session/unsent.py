"""Everything unsent of one conversation in one window: an entry of the journal."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...core.generation_options import ConversationChoices
from ...core.messages.requests import PrepareTurn
from .draft import Draft, DraftPicture, SentTurn, join, new_id

if TYPE_CHECKING:
    from .picture_list import RemovedPicture


@dataclass(eq=False)
class Unsent:
    """Everything unsent of one conversation in one window."""

    conversation: int | None = None
    """None until the core has stored the first message."""
    draft: Draft = field(default_factory=Draft)
    """For the next message."""
    edit: Draft | None = None
    """A question that is being edited meanwhile."""
    turns: list[SentTurn] = field(default_factory=list)
    """Those that have left the prompt, oldest first; those that the core has stored are the first
    of them."""
    id: str = field(default_factory=new_id)
    preset: str = ""
    """Name of the preset that a conversation keeps which this begins; empty for the default one."""
    is_private: bool = False
    """Whether the conversation is, or will be, a private one: nothing of this is on the disk."""
    absorbed: set[str] = field(default_factory=set)
    """Ids of others of which all is in here now, should they still be on disk."""
    order: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while a turn is made ready: the next one comes after it."""

    @property
    def shown(self) -> Draft:
        """What the prompt shows: the edit, while there is one."""
        return self.edit or self.draft

    @property
    def drafts(self) -> Iterator[Draft]:
        """All that is being written."""
        yield self.draft
        if self.edit:
            yield self.edit

    @property
    def unacknowledged(self) -> list[SentTurn]:
        """The turns that the core may not have, oldest first."""
        return [turn for turn in self.turns if not turn.is_taken]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it to be lost."""
        return self.draft.is_empty and self.edit is None and not self.turns

    @property
    def next_turn(self) -> PrepareTurn:
        """What is known of the turn that comes of this, for the core to compute ahead."""
        shown = self.shown
        waiting = next(iter(self.unacknowledged), None)
        turn = waiting or SentTurn("", shown.pictures, shown.edited)
        is_new = self.conversation is None
        return PrepareTurn(
            conversation=self.conversation,
            attachments=turn.attachments,
            details=turn.details,
            edited=turn.edited.message if turn.edited and not turn.edited.is_answer else None,
            choices=ConversationChoices(preset=self.preset) if is_new and self.preset else None,
            is_private=self.is_private,
        )

    def find_turn(self, turn: str) -> SentTurn | None:
        """Returns the turn with this id; None if it is not here, or not any more."""
        return next((it for it in self.turns if it.id == turn), None)

    def picture_lists(self) -> Iterator[list[DraftPicture]]:
        """Yields the pictures of each draft and of each turn that the core may not have."""
        yield from (draft.pictures for draft in self.drafts)
        yield from (turn.pictures for turn in self.unacknowledged)

    def all_pictures(self) -> Iterator[DraftPicture]:
        """Yields the pictures of these, and those that can be put back."""
        for pictures in self.picture_lists():
            yield from pictures
        yield from (it.picture for it in self.removed_pictures())

    def removed_pictures(self) -> Iterator["RemovedPicture"]:
        """Yields what can be put back into each of these."""
        for draft in self.drafts:
            yield from draft.removed
        for turn in self.unacknowledged:
            yield from turn.removed

    def take_in(self, other: "Unsent", *, is_behind: bool = False) -> None:
        """Puts all of another entry in front of what is here, or behind it."""
        if other.edit and self.edit is None:
            self.edit = other.edit
        elif other.edit:
            self.draft.put_in_front(other.edit.text, other.edit.pictures)
        first, second = (self, other) if is_behind else (other, self)
        self.turns = sorted([*first.turns, *second.turns], key=lambda turn: not turn.is_taken)
        self.draft.text = join(first.draft.text, second.draft.text)
        self.draft.pictures = [*first.draft.pictures, *second.draft.pictures]
        self.draft.removed = [*first.draft.removed, *second.draft.removed]
        self.draft.missing = self.draft.missing or other.draft.missing
        self.preset = self.preset or other.preset
        self.absorbed |= {other.id, *other.absorbed}

    def become_new(self) -> None:
        """Makes it a new conversation's: that to which it belongs is gone, with its questions."""
        if self.edit is not None:
            self.draft.put_in_front(self.edit.text, self.edit.pictures)
            self.edit = None
        self.conversation = None

    def settle(self, picture: DraftPicture) -> DraftPicture | None:
        """Replaces a picture by what became of it; returns it as it is here, None if it is gone.

        How finely it is to be seen stays what was chosen last.
        """
        for pictures in self.picture_lists():
            for index, before in enumerate(pictures):
                if before.id == picture.id:
                    pictures[index] = replace(picture, detail=before.detail)
                    return pictures[index]
        return None
