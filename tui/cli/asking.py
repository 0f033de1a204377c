"""One question over a core connection, its answer shown on the standard streams."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from ...core.conversation import Message, TurnStats
from ...core.errors import BadRequest, CoreDied, CoreError, NotStored, OutputError
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import error_of
from ...core.messages.events import (
    AnyEvent,
    Attached,
    ConversationOpened,
    ConversationsListed,
    CoreStatus,
    Delta,
    Event,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Notice,
    Prefilled,
    QueueChanged,
    Refused,
    ThoughtsDelta,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnStarted,
    TurnWithdrawn,
    Waiting,
)
from ...core.messages.requests import (
    Attach,
    GetStatus,
    ListConversations,
    LoadModel,
    OpenConversation,
    RegenerateAnswer,
    RemoveQueued,
    Request,
    ResumeQueue,
    StopTurn,
    SubmitTurn,
)
from .endings import explain_ending
from .exit_status import COMPLETE, ERROR, INTERRUPTED
from .output import Output

EventT = TypeVar("EventT", bound=Event)


class Asking:
    """Asks one question; Ctrl+C stops the model and keeps what it said."""

    def __init__(self, client: CoreClient, output: Output) -> None:
        self._client = client
        self._output = output
        self._events: AsyncIterator[AnyEvent] = client.events()
        self._turn: TurnQueued | None = None
        self._was_queued = False
        self._started: TurnStarted | None = None
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._announced: set[str] = set()
        """What was told of models."""
        self._unloaded = ""
        """Why the model that is wanted now can't be loaded; the one before it answers."""
        self._interrupted = False
        self._stopping: asyncio.Task[None] | None = None

    async def find_newest(self) -> int:
        """Returns the conversation that changed last."""
        listed = await self._request(ListConversations(limit=1), ConversationsListed)
        if not listed.conversations:
            raise NotStored("There is no conversation to continue yet; leave out --continue.")
        return listed.conversations[0].id

    async def require_failure(self, conversation: int) -> None:
        """Makes sure that the last question of a conversation can be asked again.

        Raises:
            BadRequest: its answer did not fail.
        """
        opened = await self._request(
            OpenConversation(conversation=conversation), ConversationOpened
        )
        messages = opened.conversation.messages
        if not messages or not messages[-1].is_unsuccessful:
            raise BadRequest(
                f"The last answer of conversation {conversation} did not fail: leave out --retry "
                "and ask a question."
            )

    async def attach(self, path: Path, name: str) -> str:
        """Stores a picture and returns its sha256."""
        attached = await self._request(Attach(path=str(path), name=name), Attached)
        if attached.attachment.note:
            self._output.notice(f"seeshell: {name}: {attached.attachment.note}.")
        return attached.attachment.sha256

    async def show_notice(self) -> None:
        """Tells what the user should know about the model that is there."""
        status = await self._request(GetStatus(), CoreStatus)
        self._announce(status.model_notice)

    async def load(self, model: str) -> None:
        """Switches to a model and waits until it can answer.

        Raises:
            ModelError: it can't be loaded.
        """
        await self._client.request(LoadModel(model=model))
        source = model.strip()
        async for event in self._events:
            match event:
                case ModelFailed(model=failed) if failed == source:
                    raise error_of(Refused(error=event.error, sentence=event.sentence))
                case ModelLoaded(source=loaded, notice=notice):
                    # Of a load before this one nothing is told: nothing is sent there.
                    if loaded == source:
                        self._announce(notice)
                        return
                case _:
                    self._show_news(event)

    async def submit(self, request: SubmitTurn | RegenerateAnswer) -> int:
        """Asks, shows the answer as it comes, and returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            self._turn = await self._request(request, TurnQueued)
            if self._interrupted:
                self._stopping = asyncio.create_task(self._stop())
            return self._end(await self._follow(self._turn))
        except (BrokenPipeError, OutputError):
            await self._stop()
            raise
        except CoreDied as error:
            self._fail(type(error).__name__, f"{error}\n{error.log_tail}".strip())
            return ERROR
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _follow(self, turn: TurnQueued) -> TurnEnded | TurnFailed | TurnWithdrawn:
        """Shows everything until the turn is over."""
        async for event in self._events:
            match event:
                case QueueChanged(conversation=turn.conversation) if self._started is None:
                    if not await self._wait_in_queue(turn, event):
                        return _never_asked(turn)
                case TurnStarted(turn=turn.turn.id):
                    self._started = event
                case Prefilled(done=done, total=total) if self._is_own(event.message):
                    self._output.progress(f"reading {done:,} of {total:,} tokens")
                case Waiting(reason=reason) if self._is_own(event.message):
                    self._output.notice(f"seeshell: {reason}")
                case ThoughtsDelta(text=text) if self._is_own(event.message):
                    self._thoughts.append(text)
                    self._output.progress("thinking")
                case Delta(text=text) if self._is_own(event.message):
                    self._show(text)
                case TurnEnded() | TurnFailed() if self._is_own(event.message.id):
                    return event
                case TurnWithdrawn(turn=turn.turn.id):
                    return event
                case _:
                    self._show_news(event)
        raise CoreDied("The core closed the connection before the answer was complete.")

    def _is_own(self, message: int) -> bool:
        """Whether a message is the answer to this question."""
        return self._started is not None and message == self._started.answer.id

    async def _wait_in_queue(self, turn: TurnQueued, event: QueueChanged) -> bool:
        """Lets a paused queue go on; returns whether the turn was not taken out of it."""
        ids = [queued.id for queued in event.queue]
        if turn.turn.id not in ids:
            # What was told before the turn was queued may come after the reply.
            return not self._was_queued
        self._was_queued = True
        if event.is_paused:
            self._output.notice("seeshell: the conversation's queue was paused; it goes on now.")
            await self._client.request(ResumeQueue(conversation=turn.conversation))
        if place := ids.index(turn.turn.id):
            questions = "1 question" if place == 1 else f"{place} questions"
            self._output.progress(f"waiting for {questions} before this one")
        return True

    def _show(self, text: str) -> None:
        if self._unloaded:
            self._output.notice(f"seeshell: {self._unloaded} Until then the one before it answers.")
            self._unloaded = ""
        self._text.append(text)
        if not self._output.as_json:
            self._output.write(text)

    def _show_news(self, event: AnyEvent) -> None:
        match event:
            case ModelLoading(model=model, stage=stage, fraction=fraction):
                self._output.progress(f"{model}: {stage} {fraction:.0%}")
            case ModelLoaded(notice=notice):
                self._announce(notice)
            case ModelFailed(sentence=sentence):
                # Where no other model is there, the turn fails with the same words.
                self._unloaded = sentence
            case Notice(sentence=sentence):
                self._output.notice(f"seeshell: {sentence}")
            case _:
                pass

    def _announce(self, notice: str) -> None:
        """Tells what the user should know about a model, unless that was told before."""
        if notice and notice not in self._announced:
            self._announced.add(notice)
            self._output.notice(notice)

    def _end(self, event: TurnEnded | TurnFailed | TurnWithdrawn) -> int:
        if isinstance(event, TurnWithdrawn):
            self._turn = None
            self._fail(event.error, event.sentence)
            return ERROR
        if isinstance(event, TurnFailed):
            self._fail(event.error, event.sentence)
            return ERROR
        if self._output.as_json:
            self._output.document(self._describe(event))
        else:
            self._output.end_line()
        if event.message.finish_reason == "stop":
            return COMPLETE
        why = explain_ending(event.message, event.conversation, has_thoughts=self._output.as_json)
        self._output.notice(f"seeshell: {why}")
        return INTERRUPTED if self._interrupted else ERROR

    def _describe(self, event: TurnEnded) -> dict[str, object]:
        """Returns the document that `--json` prints; its keys are listed in the help."""
        answer = event.message
        question = self._started.user_message if self._started else None
        attachments = question.attachments if question else ()
        return {
            "text": answer.text,
            "thoughts": answer.thoughts,
            "conversation": event.conversation,
            "model": answer.model,
            "finish_reason": answer.finish_reason,
            "attachments": msgspec.to_builtins(attachments),
            "stats": msgspec.to_builtins(answer.stats),
        }

    def _fail(self, kind: str, sentence: str) -> None:
        if not self._output.as_json:
            self._output.end_line()
        kept: dict[str, object] = {}
        if self._turn:
            kept = {
                "text": "".join(self._text),
                "thoughts": "".join(self._thoughts),
                "conversation": self._turn.conversation,
            }
        self._output.error(kind, sentence, **kept)

    def _interrupt(self) -> None:
        """Stops the turn at the first Ctrl+C; the second one ends the command."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._interrupted = True
        if self._turn:
            self._stopping = asyncio.create_task(self._stop())

    async def _stop(self) -> None:
        """Ends the turn, and no other: one that still waits is taken out of the queue."""
        if self._turn is None:
            return
        conversation = self._turn.conversation
        with suppress(CoreError):  # the turn ended by itself, or the core did
            if self._started is None:
                with suppress(NotStored):  # it has just been taken
                    remove = RemoveQueued(conversation=conversation, turn=self._turn.turn.id)
                    await self._client.request(remove)
                    return
            await self._client.request(StopTurn(conversation=conversation))

    async def _request(self, request: Request, kind: type[EventT]) -> EventT:
        reply = await self._client.request(request)
        if not isinstance(reply, kind):
            raise CoreError("The core gave an unexpected reply; stop it with `seeshell stop`.")
        return reply


def _never_asked(turn: TurnQueued) -> TurnEnded:
    """Returns the end of a turn that was taken out of its queue."""
    nothing = Message(0, None, "assistant", (), 0.0, finish_reason="cancelled", stats=TurnStats())
    return TurnEnded(conversation=turn.conversation, message=nothing)
