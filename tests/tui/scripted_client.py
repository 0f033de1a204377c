"""A client whose core answers from a script: for orders of events that a real one rarely makes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Conversation, ConversationSummary, Message, Queue
from seeshell.core.conversation import QueuedTurn as Turn
from seeshell.core.errors import CoreDied, SeeshellError
from seeshell.core.kept import Hit, LibraryRow, Span
from seeshell.core.messages.events import (
    AnyEvent,
    ConversationOpened,
    ConversationsListed,
    CoreStatus,
    Done,
    TurnEnded,
    TurnStarted,
)
from seeshell.core.messages.library_events import HitsFound, LibraryListed
from seeshell.core.messages.library_requests import FindHits, ListLibrary
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import QueueChanged, TurnQueued
from seeshell.core.messages.queue_requests import RemoveQueued, ResumeQueue
from seeshell.core.messages.requests import (
    EditQuestion,
    GetStatus,
    ListConversations,
    OpenConversation,
    RegenerateAnswer,
    Request,
    SubmitTurn,
)

from ..messages import opened, question

Script = Callable[[Request], AnyEvent | SeeshellError | None]
"""Returns the reply to a request, an error to raise, or None for the usual reply."""

NEW = 7
"""Id of the conversation that a first message makes."""


class ScriptedClient:
    """Has conversations, answers requests, and sends the events that a test puts in.

    What is submitted is queued and stays so until the test lets it be taken.
    """

    def __init__(self, *conversations: Conversation, script: Script = lambda _: None) -> None:
        self.asked: list[Request] = []
        self._conversations = {it.summary.id: it for it in conversations}
        self._queues = {
            it.summary.id: Queue(it.queue, it.is_paused) for it in conversations if it.queue
        }
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

    def take(self, conversation: int) -> TurnStarted:
        """Takes the first turn of a queue, as the core does when the engine is free."""
        turn, *rest = self._queues[conversation].turns
        answer = opened(turn.question.id + 1)
        started = TurnStarted(
            conversation=conversation,
            turn=turn.id,
            user_message=turn.question,
            answer=replace(answer, parent_id=turn.question.id, turn=turn.id),
        )
        self.tell(started)
        self.change_queue(conversation, Queue(tuple(rest)))
        return started

    def change_queue(self, conversation: int, queue: Queue) -> None:
        """Makes a queue another one and tells so."""
        self._queues[conversation] = queue
        self.tell(
            QueueChanged(conversation=conversation, queue=queue.turns, is_paused=queue.is_paused)
        )

    def _usual(self, request: Request) -> AnyEvent:
        match request:
            case GetStatus():
                return CoreStatus(
                    version="1",
                    pid=1,
                    state="ready",
                    model="Qwen3-VL-4B",
                    is_loaded=True,
                    context_length=32768,
                )
            case ListConversations():
                found = tuple(it.summary for it in self._conversations.values())
                return ConversationsListed(conversations=found)
            case ListLibrary():
                found = [LibraryRow(it.summary) for it in self._conversations.values()]
                found.sort(key=lambda it: it.summary.updated_at, reverse=True)
                return LibraryListed(rows=tuple(found), total=len(found))
            case FindHits(filter=wanted):
                hits = tuple(_hits(self._conversations.values(), wanted.words))
                return HitsFound(hits=hits, total=len(hits))
            case OpenConversation(conversation=conversation):
                turns, is_paused = self._queues.get(conversation, Queue())
                stored = self._conversations[conversation]
                return ConversationOpened(
                    conversation=replace(stored, queue=turns, is_paused=is_paused)
                )
            case Attach(path=path, name=name, excerpt=excerpt):
                name = name or path.rpartition("/")[2]
                attachment = Attachment("a" * 64, name, 4032, 3024, 1152, 864, 972, excerpt=excerpt)
                return Attached(attachment=attachment, path=path)
            case SubmitTurn() | EditQuestion() | RegenerateAnswer():
                return self._queue(request)
            case RemoveQueued(conversation=conversation, turn=turn):
                turns, is_paused = self._queues[conversation]
                left = tuple(it for it in turns if it.id != turn)
                self.change_queue(conversation, Queue(left, is_paused and bool(left)))
                return Done()
            case ResumeQueue(conversation=conversation):
                self.change_queue(conversation, Queue(self._queues[conversation].turns))
                return Done()
            case _:
                return Done()

    def _queue(self, request: SubmitTurn | EditQuestion | RegenerateAnswer) -> TurnQueued:
        conversation = request.conversation or NEW
        turns, is_paused = self._queues.get(conversation, Queue())
        known = [turn for turn in turns if turn.id == request.turn]
        if known:
            return TurnQueued(conversation=conversation, turn=known[0])
        self._next_id += 2
        text = "" if isinstance(request, RegenerateAnswer) else request.text
        asked = replace(question(self._next_id, text), parent_id=None, turn=request.turn)
        turn = Turn(request.turn, _kind(request), asked)
        self.change_queue(conversation, Queue((*turns, turn), is_paused))
        return TurnQueued(conversation=conversation, turn=turn)


def _hits(conversations: Iterable[Conversation], words: str) -> Iterator[Hit]:
    """Yields where the messages of conversations have words as they stand."""
    for it in conversations:
        for message in it.messages:
            line = " ".join(message.text.split())
            start = line.find(words)
            if start >= 0:
                marks = (Span(start, start + len(words)),)
                title, then = it.summary.title, it.summary.created_at
                yield Hit(it.summary.id, message.id, "text", line, marks, title, then)


def _kind(request: SubmitTurn | EditQuestion | RegenerateAnswer) -> str:
    if isinstance(request, SubmitTurn):
        return "submit"
    return "edit" if isinstance(request, EditQuestion) else "regenerate"


def ended(started: TurnStarted, text: str = "", reason: str = "stop") -> TurnEnded:
    """Returns the end of a turn."""
    message = replace(started.answer.with_text(text), finish_reason=reason)
    return TurnEnded(conversation=started.conversation, message=message)


def conversation(number: int, title: str, *messages: Message) -> Conversation:
    """Returns a stored conversation of a fixed date."""
    noon = 1_714_564_800.0 - number * 86_400
    summary = ConversationSummary(number, title, noon, noon, max(len(messages), 2))
    return Conversation(summary, messages)
