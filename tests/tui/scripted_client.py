"""A client whose core answers from a script: for orders of events that a real one rarely makes."""

import asyncio
from collections.abc import AsyncIterator, Callable

from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Conversation, ConversationSummary, Message
from seeshell.core.errors import CoreDied, SeeshellError
from seeshell.core.messages.events import (
    AnyEvent,
    Attached,
    ConversationOpened,
    ConversationsListed,
    CoreStatus,
    Done,
    TurnEnded,
    TurnQueued,
)
from seeshell.core.messages.requests import (
    Attach,
    GetStatus,
    ListConversations,
    OpenConversation,
    Request,
    SubmitTurn,
)

Script = Callable[[Request], AnyEvent | SeeshellError | None]
"""Returns the reply to a request, an error to raise, or None for the usual reply."""


class ScriptedClient:
    """Has conversations, answers requests, and sends the events that a test puts in."""

    def __init__(self, *conversations: Conversation, script: Script = lambda _: None) -> None:
        self.asked: list[Request] = []
        self._conversations = {it.summary.id: it for it in conversations}
        self._script = script
        self._events: asyncio.Queue[AnyEvent | None] = asyncio.Queue()
        self._next_id = 100
        self.may_reply = asyncio.Event()
        """Cleared by a test that wants replies to wait."""
        self.may_reply.set()

    async def request(self, request: Request) -> AnyEvent:
        self.asked.append(request)
        reply = self._script(request) or self._usual(request)
        await self.may_reply.wait()
        if isinstance(reply, SeeshellError):
            raise reply
        # As over a socket, other tasks run before the reply is there.
        await asyncio.sleep(0)
        return replace(reply, reply_to=len(self.asked))

    async def events(self) -> AsyncIterator[AnyEvent]:
        while (event := await self._events.get()) is not None:
            yield event
        raise CoreDied("The core ended.", "last words")

    async def close(self) -> None:
        pass

    def tell(self, *events: AnyEvent) -> None:
        """Sends events."""
        for event in events:
            self._events.put_nowait(event)

    def die(self) -> None:
        self._events.put_nowait(None)

    def submitted(self) -> list[str]:
        """Texts of the messages that came, in order."""
        return [request.text for request in self.asked if isinstance(request, SubmitTurn)]

    def _usual(self, request: Request) -> AnyEvent:
        match request:
            case GetStatus():
                return CoreStatus(
                    version="1", pid=1, state="ready", model="Qwen3-VL-4B", context_length=32768
                )
            case ListConversations():
                found = tuple(it.summary for it in self._conversations.values())
                return ConversationsListed(conversations=found)
            case OpenConversation(conversation=conversation):
                return ConversationOpened(conversation=self._conversations[conversation])
            case Attach(path=path):
                name = path.rpartition("/")[2]
                attachment = Attachment("a" * 64, name, 4032, 3024, 1152, 864, 972)
                return Attached(attachment=attachment, path=path)
            case SubmitTurn(text=text, conversation=conversation):
                self._next_id += 2
                user = Message(self._next_id, None, "user", text, 0.0)
                answer = Message(self._next_id + 1, user.id, "assistant", "", 0.0)
                return TurnQueued(conversation=conversation or 7, user_message=user, answer=answer)
            case _:
                return Done()


def ended(queued: TurnQueued, text: str = "", reason: str = "stop") -> TurnEnded:
    """Returns the end of a turn."""
    message = replace(queued.answer, text=text, finish_reason=reason)
    return TurnEnded(conversation=queued.conversation, message=message)


def conversation(number: int, title: str, *messages: Message) -> Conversation:
    """Returns a stored conversation of a fixed date."""
    noon = 1_714_564_800.0 - number * 86_400
    summary = ConversationSummary(number, title, noon, noon, max(len(messages), 2))
    return Conversation(summary, messages)
