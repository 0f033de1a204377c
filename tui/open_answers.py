"""Which conversations have an open answer, as far as this client was told."""

from ..core.conversation import Message
from ..core.messages.events import (
    AnyEvent,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnWithdrawn,
)

TurnEvent = TurnQueued | Prefilled | Delta | TurnEnded | TurnFailed | TurnWithdrawn


class OpenAnswers:
    """The conversations in which the next message has to wait."""

    def __init__(self) -> None:
        self._conversations: set[int] = set()

    def __contains__(self, conversation: object) -> bool:
        return conversation in self._conversations

    def note(self, event: AnyEvent) -> None:
        """Takes in what an event tells of an answer."""
        if isinstance(event, TurnQueued):
            self._conversations.add(event.conversation)
        elif isinstance(event, TurnEnded | TurnFailed | TurnWithdrawn):
            self._conversations.discard(event.conversation)

    def note_branch(self, conversation: int, messages: tuple[Message, ...]) -> None:
        """Takes in the branch that a conversation shows."""
        if messages:
            is_open = messages[-1].is_open
            change = self._conversations.add if is_open else self._conversations.discard
            change(conversation)

    def clear(self) -> None:
        """Forgets them all: the core has ended."""
        self._conversations.clear()
