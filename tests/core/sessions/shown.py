"""What is shown of a conversation and its queue."""

from seeshell.core.messages.events import ConversationOpened
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.core.messages.requests import (
    OpenConversation,
)
from seeshell.core.sessions.sessions import Sessions

from ..talk import Listener, carry_out


async def opened(sessions: Sessions, conversation: int) -> ConversationOpened:
    request = OpenConversation(conversation=conversation)
    reply: ConversationOpened = await carry_out(sessions, request, Listener())
    return reply


async def queue_of(sessions: Sessions, conversation: int) -> tuple[list[str], bool]:
    """The questions that wait in a conversation, and whether they are paused."""
    stored = (await opened(sessions, conversation)).conversation
    return [turn.question.text for turn in stored.queue], stored.is_paused


def queues_heard(client: Listener) -> list[tuple[list[str], bool]]:
    return [
        ([turn.question.text for turn in event.queue], event.is_paused)
        for event in client.heard
        if isinstance(event, QueueChanged)
    ]


async def wait_for_queue(client: Listener, *texts: str, is_paused: bool = False) -> None:
    def fits(event: QueueChanged) -> bool:
        waiting = tuple(turn.question.text for turn in event.queue)
        return (waiting, event.is_paused) == (texts, is_paused)

    await client.until(QueueChanged, where=fits)
