"""Pictures of the next message that are there already: in it, or in the conversation above it."""

from collections.abc import Sequence
from itertools import takewhile

from msgspec import Struct

from ...core.conversation import Attachment, Message
from .broadcast import Broadcast
from .draft import Draft, DraftPicture
from .events import AnswerStarted, ConversationShown


class Likeness(Struct, frozen=True):
    """What a picture is a copy of, or looks like a copy of."""

    is_same: bool
    """Whether it has the same bytes, and shows the same of them."""
    number: int
    """Place in the next message, from 1; 0 for one of the conversation."""
    name: str
    """Of that picture."""


class Likenesses:
    """Knows the pictures of the branch on screen, as a session tells of them."""

    def __init__(self, events: Broadcast) -> None:
        self._messages: list[Message] = []
        events.listen(ConversationShown, self._show)
        events.listen(AnswerStarted, self._start)

    def find(self, draft: Draft) -> dict[str, Likeness]:
        """Returns what pictures of a draft are like, by their ids; nothing of the others."""
        edited = draft.edited.message if draft.edited else None
        above = takewhile(lambda message: message.id != edited, self._messages)
        shown = [picture for message in above for picture in message.attachments]
        found: dict[str, Likeness] = {}
        for index, picture in enumerate(draft.pictures):
            likeness = _find(picture, draft.pictures[:index], shown)
            if likeness is not None:
                found[picture.id] = likeness
        return found

    def _show(self, event: ConversationShown) -> None:
        self._messages = list(event.conversation.messages) if event.conversation else []

    def _start(self, event: AnswerStarted) -> None:
        replaced = event.question.parent_id
        places = [place for place, it in enumerate(self._messages) if it.id == replaced]
        self._messages[places[0] + 1 if places else 0 :] = [event.question, event.answer]


def _find(
    picture: DraftPicture, before: Sequence[DraftPicture], above: Sequence[Attachment]
) -> Likeness | None:
    """Returns what a picture is the same as, else what it is like; the nearest of each."""
    attachment = picture.attachment
    if attachment is None:
        return None
    others = [(number, it.attachment, it.alike) for number, it in enumerate(before, start=1)]
    others += [(0, it, ()) for it in reversed(above)]
    for is_same in (True, False):
        for number, other, alike in others:
            if other is None:
                continue
            is_alike = other.key in picture.alike or attachment.key in alike
            if other.key == attachment.key if is_same else is_alike:
                return Likeness(is_same, number, other.label)
    return None
