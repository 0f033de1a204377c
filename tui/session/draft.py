"""What the user has typed and attached but the core does not have yet."""

import asyncio
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ...core.conversation import Attachment
from ...core.messages.requests import EditQuestion, PrepareTurn, RegenerateAnswer, SubmitTurn

if TYPE_CHECKING:
    from .missing_pictures import MissingPictures
    from .picture_list import RemovedPicture


@dataclass(frozen=True)
class DraftPicture:
    """A picture on its way into a message: being checked, ready, or refused.

    At most one of `attachment` and `error` is set.
    """

    path: Path
    """Where it was picked."""
    attachment: Attachment | None = None
    """Set once the core holds a copy."""
    error: str = ""
    """Why it can't be sent, one sentence."""
    id: int = field(default_factory=count().__next__, compare=False)
    """Unique in this window; stays while the picture is checked and moved."""

    @property
    def is_checking(self) -> bool:
        """Whether the core has not answered yet."""
        return self.attachment is None and not self.error

    @property
    def name(self) -> str:
        """File name to show."""
        return self.attachment.name if self.attachment else self.path.name


@dataclass(frozen=True)
class EditedQuestion:
    """The question that a draft is to replace."""

    message: int
    number: int
    """Its place among the questions of its branch, from 1."""


@dataclass(frozen=True)
class SentTurn:
    """A turn that has left the prompt: on its way to the core, or taken but not yet begun."""

    text: str
    pictures: tuple[DraftPicture, ...] = ()
    edited: EditedQuestion | None = None
    """What it is to replace."""
    regenerated: int | None = None
    """Message whose answer is to be given again, in place of a text of its own."""
    id: str = field(default_factory=lambda: uuid4().hex)
    """Stays the same however often it is sent, so that the core stores it once."""

    @property
    def attachments(self) -> tuple[str, ...]:
        """sha256 of its pictures, in order."""
        return tuple(picture.attachment.sha256 for picture in self.pictures if picture.attachment)

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
    """Everything unsent of one conversation."""

    conversation: int | None = None
    """None until the core has stored the first message."""
    text: str = ""
    """What was typed when the conversation was last left; the prompt holds what is typed now."""
    pictures: list[DraftPicture] = field(default_factory=list)
    """For the next message."""
    removed: "list[RemovedPicture]" = field(default_factory=list)
    """Pictures that were taken off it and can be put back, the last one last."""
    missing: "MissingPictures | None" = None
    """What the text names that is not on this machine, as the user was told."""
    outbox: list[SentTurn] = field(default_factory=list)
    """Turns that the core has not acknowledged, oldest first."""
    is_cut_off: bool = False
    """Whether these were sent, but the connection ended before the reply."""
    taken: list[SentTurn] = field(default_factory=list)
    """Turns that the core has stored, until their answers begin: it may yet withdraw them."""
    edited: EditedQuestion | None = None
    """None where the next message comes after all others."""
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a message is made ready: the next one comes after it."""

    @property
    def attachments(self) -> list[Attachment]:
        """The pictures for the next message, as far as the core has them."""
        return [picture.attachment for picture in self.pictures if picture.attachment]

    @property
    def next_turn(self) -> PrepareTurn:
        """What is known of the turn that comes of this, for the core to compute ahead."""
        turn = self.outbox[0] if self.outbox else SentTurn("", tuple(self.pictures), self.edited)
        return PrepareTurn(
            conversation=self.conversation,
            attachments=turn.attachments,
            edited=turn.edited.message if turn.edited else None,
        )

    @property
    def is_checking(self) -> bool:
        """Whether the core has yet to answer for a picture."""
        return any(picture.is_checking for picture in self.pictures)

    def hindrance(self, text: str) -> str:
        """Returns why a message can't be sent, one sentence; empty if it can."""
        for picture in self.pictures:
            if picture.error:
                return (
                    f"{picture.name} can't be sent. In the pictures ({{prompt.to_log}}) "
                    "{chips.remove} removes it and {chips.retry} tries it again."
                )
        if not text.strip() and not self.pictures:
            return "Type a question or attach a picture first."
        return ""

    def settle(self, path: Path, attachment: Attachment | None, error: str = "") -> None:
        """Records what the core said of the picture that is being checked at a path."""
        for index, picture in enumerate(self.pictures):
            if picture.is_checking and picture.path == path:
                self.pictures[index] = replace(picture, attachment=attachment, error=error)
                return

    def take(self, text: str) -> SentTurn:
        """Returns a turn of the text and the pictures, which the draft holds no longer."""
        turn = SentTurn(text, tuple(self.pictures), self.edited)
        self.pictures.clear()
        self.removed.clear()
        self.missing = None
        return turn

    def find_taken(self, turn: str) -> SentTurn | None:
        """Returns the turn with this id, if it was sent from here and its answer has not begun."""
        return next((it for it in self.taken if it.id == turn), None)

    def forget_taken(self, turn: str) -> None:
        """Forgets a turn that can't come back any more."""
        self.taken = [it for it in self.taken if it.id != turn]
