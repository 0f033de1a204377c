"""The values of the journal: what was typed, attached and sent but is not the core's yet."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from ...core.conversation import Attachment
from ...core.generation_options import ConversationChoices
from ...core.messages.requests import EditQuestion, PrepareTurn, RegenerateAnswer, SubmitTurn

if TYPE_CHECKING:
    from .missing_pictures import MissingPictures
    from .picture_list import RemovedPicture


def new_id() -> str:
    """Returns a name that nothing else has."""
    return uuid4().hex


@dataclass(frozen=True)
class DraftPicture:
    """A picture on its way into a message: being checked, ready, or refused.

    At most one of `attachment` and `error` is set.
    """

    path: Path
    """Where it was picked; only its name where that is unknown."""
    attachment: Attachment | None = None
    """Set once the core holds a copy."""
    error: str = ""
    """Why it can't be sent, one sentence."""
    copy: Path | None = None
    """Where the core's copy lies, which is the picture as it was when it was picked."""
    id: str = field(default_factory=new_id, compare=False)
    """Stays the same whatever becomes of the picture, and wherever it is moved."""

    @property
    def is_checking(self) -> bool:
        """Whether the core has not answered yet."""
        return self.attachment is None and not self.error

    @property
    def name(self) -> str:
        """File name to show."""
        return self.attachment.name if self.attachment else self.path.name


@dataclass(frozen=True)
class EditedMessage:
    """The question that a draft is to replace, or the answer that it is to correct."""

    message: int
    number: int
    """Its place among the questions, or the answers, of its branch, from 1."""
    is_answer: bool = False


TurnState = Literal["typed", "checking", "ready", "taken"]
"""How far a turn has come: it may name pictures by their paths; it has all its pictures, which are
being checked; it can be sent, or is on its way; the core has stored it and may yet withdraw it."""


@dataclass(eq=False)
class SentTurn:
    """A turn that has left the prompt, until its answer begins."""

    text: str
    pictures: list[DraftPicture] = field(default_factory=list)
    edited: EditedMessage | None = None
    """What it is to replace."""
    regenerated: int | None = None
    """Message whose answer is to be given again, in place of a text of its own."""
    state: TurnState = "typed"
    is_held: bool = False
    """Whether it waits for a core: there was none yet, or its reply was lost."""
    id: str = field(default_factory=new_id)
    """Stays the same however often it is sent, so that the core stores it once."""
    removed: "list[RemovedPicture]" = field(default_factory=list)
    """Pictures that can be put back should it return into the prompt before it is taken."""
    missing: "MissingPictures | None" = None
    """What its text names that is not on this machine, as the user was told."""

    @property
    def attachments(self) -> tuple[str, ...]:
        """sha256 of its pictures, in order."""
        return tuple(picture.attachment.sha256 for picture in self.pictures if picture.attachment)

    @property
    def is_preparing(self) -> bool:
        """Whether its pictures are still looked for or checked."""
        return self.state in ("typed", "checking")

    @property
    def is_checking(self) -> bool:
        """Whether the core has yet to answer for one of its pictures."""
        return any(picture.is_checking for picture in self.pictures)

    @property
    def is_taken(self) -> bool:
        """Whether the core has stored it."""
        return self.state == "taken"

    def request(self, conversation: int | None) -> SubmitTurn | EditQuestion | RegenerateAnswer:
        """Returns what asks the core for it."""
        if conversation is not None and self.regenerated is not None:
            return RegenerateAnswer(
                conversation=conversation, message=self.regenerated, turn=self.id
            )
        if conversation is not None and self.edited is not None:
            return EditQuestion(
                conversation=conversation,
                message=self.edited.message,
                text=self.text,
                attachments=self.attachments,
                turn=self.id,
            )
        return SubmitTurn(
            text=self.text, attachments=self.attachments, conversation=conversation, turn=self.id
        )


@dataclass(eq=False)
class Draft:
    """A message that is being written; the prompt shows one and edits it."""

    text: str = ""
    pictures: list[DraftPicture] = field(default_factory=list)
    """In the order in which they will be sent."""
    edited: EditedMessage | None = None
    """None where the message comes after all others."""
    removed: "list[RemovedPicture]" = field(default_factory=list)
    """Pictures that were taken off it and can be put back, the last one last."""
    missing: "MissingPictures | None" = None
    """What the text names that is not on this machine, as the user was told."""

    @property
    def attachments(self) -> list[Attachment]:
        """Its pictures, as far as the core has them."""
        return [picture.attachment for picture in self.pictures if picture.attachment]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it to be lost."""
        return not (self.text.strip() or self.pictures or self.edited)

    def put_in_front(self, text: str, pictures: Iterable[DraftPicture]) -> None:
        """Puts a text and pictures in front of those that are there."""
        self.text = join(text, self.text)
        self.pictures = [*pictures, *self.pictures]


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
            edited=turn.edited.message if turn.edited and not turn.edited.is_answer else None,
            choices=ConversationChoices(preset=self.preset) if is_new and self.preset else None,
        )

    def find_turn(self, turn: str) -> SentTurn | None:
        """Returns the turn with this id; None if it is not here, or not any more."""
        return next((it for it in self.turns if it.id == turn), None)

    def picture_lists(self) -> Iterator[list[DraftPicture]]:
        """Yields the pictures of each draft and of each turn that the core may not have."""
        yield from (draft.pictures for draft in self.drafts)
        yield from (turn.pictures for turn in self.unacknowledged)

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

    def settle(self, picture: DraftPicture) -> bool:
        """Replaces a picture by what became of it; returns whether it is still here."""
        for pictures in self.picture_lists():
            for index, before in enumerate(pictures):
                if before.id == picture.id:
                    pictures[index] = picture
                    return True
        return False


def join(*texts: str) -> str:
    """Returns texts as one, each on lines of its own."""
    return "\n".join(text for text in texts if text)


def held(attachments: Iterable[Attachment]) -> list[DraftPicture]:
    """Returns pictures that the core holds already, as those of an earlier question."""
    return [DraftPicture(Path(it.name), it) for it in attachments]


def hindrance(text: str, pictures: Sequence[DraftPicture]) -> str:
    """Returns why a message can't be sent, one sentence; empty if it can."""
    for picture in pictures:
        if picture.error:
            return (
                f"{picture.name} can't be sent. In the pictures ({{prompt.to_log}}) "
                "{chips.remove} removes it and {chips.retry} tries it again."
            )
    if not text.strip() and not pictures:
        return "Type a question or attach a picture first."
    return ""
