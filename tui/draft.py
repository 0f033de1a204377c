"""What the user has typed and attached but the core does not have yet."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core.conversation import Attachment
from ..core.messages.requests import PrepareTurn


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

    @property
    def is_checking(self) -> bool:
        """Whether the core has not answered yet."""
        return self.attachment is None and not self.error

    @property
    def name(self) -> str:
        """File name to show."""
        return self.attachment.name if self.attachment else self.path.name


@dataclass(frozen=True)
class WaitingTurn:
    """A message that goes to the core as soon as the open answer has ended."""

    text: str
    pictures: tuple[DraftPicture, ...] = ()

    @property
    def attachments(self) -> tuple[str, ...]:
        """sha256 of its pictures, in order."""
        return tuple(picture.attachment.sha256 for picture in self.pictures if picture.attachment)


@dataclass(frozen=True)
class EditedQuestion:
    """The question that a draft is to replace."""

    message: int
    number: int
    """Its place among the questions of its branch, from 1."""


@dataclass(frozen=True)
class SentTurn:
    """A message that the core has taken but may yet withdraw."""

    answer: int
    """Id of the answer that was opened for it."""
    turn: WaitingTurn
    edited: EditedQuestion | None = None
    """What it was to replace."""


@dataclass(eq=False)
class Draft:
    """Everything unsent of one conversation."""

    conversation: int | None = None
    """None until the core has stored the first message."""
    text: str = ""
    """What was typed when the conversation was last left; the prompt holds what is typed now."""
    pictures: list[DraftPicture] = field(default_factory=list)
    """For the next message."""
    waiting: list[WaitingTurn] = field(default_factory=list)
    """Messages sent while an answer was open, oldest first."""
    is_sending: bool = False
    """Whether the oldest of them is on its way to the core."""
    sent: SentTurn | None = None
    """The newest message, until its answer has begun."""
    edited: EditedQuestion | None = None
    """None where the next message comes after all others."""

    @property
    def attachments(self) -> list[Attachment]:
        """The pictures for the next message, as far as the core has them."""
        return [picture.attachment for picture in self.pictures if picture.attachment]

    @property
    def next_turn(self) -> PrepareTurn:
        """What is known of the turn that comes of this, for the core to compute ahead."""
        turn = self.waiting[0] if self.waiting else WaitingTurn("", tuple(self.pictures))
        return PrepareTurn(
            conversation=self.conversation,
            attachments=turn.attachments,
            edited=self.edited.message if self.edited else None,
        )

    @property
    def is_checking(self) -> bool:
        """Whether the core has yet to answer for a picture."""
        return any(picture.is_checking for picture in self.pictures)

    def hindrance(self, text: str) -> str:
        """Returns why a message can't be sent, one sentence; empty if it can."""
        for picture in self.pictures:
            if picture.error:
                return f"{picture.name} can't be sent. Backspace before the text removes it."
        if not text.strip():
            return "Type a question first."
        return ""

    def settle(self, path: Path, attachment: Attachment | None, error: str = "") -> None:
        """Records what the core said of the picture that is being checked at a path."""
        for index, picture in enumerate(self.pictures):
            if picture.is_checking and picture.path == path:
                self.pictures[index] = replace(picture, attachment=attachment, error=error)
                return

    def take(self, text: str) -> WaitingTurn:
        """Returns a message of the text and the pictures, which the draft holds no longer."""
        turn = WaitingTurn(text, tuple(self.pictures))
        self.pictures.clear()
        return turn

    def take_back_waiting(self) -> str:
        """Returns the text of all waiting messages; their pictures are the draft's again."""
        turns = list(self.waiting)
        self.waiting.clear()
        self.pictures[:0] = [picture for turn in turns for picture in turn.pictures]
        return "\n".join(turn.text for turn in turns)
