"""A message on its way: its pictures, as it is written, and as it was sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from ...core.conversation import Attachment
from ...core.excerpt import WHOLE, Excerpt, read_named
from ...core.messages.requests import EditQuestion, RegenerateAnswer, SubmitTurn
from ...core.picture_detail import PictureDetail

if TYPE_CHECKING:
    from .missing_pictures import MissingPictures
    from .picture_list import RemovedPicture


def new_id() -> str:
    """Returns a name that nothing else has."""
    return uuid4().hex


Access = Literal["", "refused", "allowed"]
"""Whether a private address was refused, or the user has allowed it; empty for neither."""


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
    """Where the core's copy lies, which is the file as it was when it was picked."""
    excerpt: Excerpt = WHOLE
    """What of the file is wanted; what is attached may be less."""
    id: str = field(default_factory=new_id, compare=False)
    """Stays the same whatever becomes of the picture, and wherever it is moved."""
    detail: PictureDetail = "normal"
    """How finely the user wants the model to see it."""
    seconds: float = field(default=0.0, compare=False)
    """About how long the model takes for it; 0 while unknown."""
    address: str = ""
    """Where on the web it is fetched; empty for a file. Its path is only its name then."""
    alike: tuple[str, ...] = field(default=(), compare=False)
    """Keys of stored pictures that look like it."""
    access: Access = field(default="", compare=False)
    """What is known of an address that is not on the internet."""

    @classmethod
    def named(cls, text: str) -> "list[DraftPicture]":
        """Returns the pictures that a path or an address, with or without a notation, names.

        Raises:
            ImageError: a page or a rectangle makes no sense, or the address can't be used.
        """
        if text[:8].lower().startswith(("http://", "https://")):
            # Few pictures come from there.
            from .picture_addresses import read_addresses

            return read_addresses(text)
        named = read_named(text, lexists)
        return [cls(Path(it.path), excerpt=it.excerpt) for it in named]

    @property
    def is_checking(self) -> bool:
        """Whether the core has not answered yet."""
        return self.attachment is None and not self.error

    @property
    def picked(self) -> Path | None:
        """The file on this machine that was picked; None where no more than its name is known."""
        return self.path if self.path.is_absolute() else None

    @property
    def label(self) -> str:
        """The file's name, and behind it what of the file the picture is."""
        return self.attachment.label if self.attachment else f"{self.path.name}{self.excerpt}"


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
        """Keys of its pictures, in order."""
        return tuple(picture.attachment.key for picture in self.pictures if picture.attachment)

    @property
    def details(self) -> tuple[PictureDetail, ...]:
        """How finely each of these is to be seen; empty where none is out of the ordinary."""
        details = tuple(picture.detail for picture in self.pictures if picture.attachment)
        return details if any(it != "normal" for it in details) else ()

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
                details=self.details,
                turn=self.id,
            )
        return SubmitTurn(
            text=self.text,
            attachments=self.attachments,
            details=self.details,
            conversation=conversation,
            turn=self.id,
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


def join(*texts: str) -> str:
    """Returns texts as one, each on lines of its own."""
    return "\n".join(text for text in texts if text)


def held(attachments: Iterable[Attachment]) -> list[DraftPicture]:
    """Returns pictures that the core holds already, as those of an earlier question."""
    return [DraftPicture(Path(it.name), it, excerpt=it.excerpt) for it in attachments]


def part_of(picture: Attachment, excerpt: Excerpt, file: Path) -> DraftPicture:
    """Returns a part of a stored picture, to be attached: of the same file, which is stored once.

    Args:
        picture: whose file it is.
        excerpt: what of the file is wanted.
        file: where the core keeps it, unless the picture itself says that.
    """
    copy = Path(picture.path) if picture.path else file
    return DraftPicture(Path(picture.name), copy=copy, excerpt=excerpt)


def hindrance(text: str, pictures: Sequence[DraftPicture]) -> str:
    """Returns why a message can't be sent, one sentence; empty if it can."""
    for picture in pictures:
        if picture.error:
            return (
                f"{picture.label} can't be sent. In the pictures ({{prompt.to_log}}) "
                "{chips.remove} removes it and {chips.retry} tries it again."
            )
    if not text.strip() and not pictures:
        return "Type a question or attach a picture first."
    return ""
