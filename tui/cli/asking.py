"""One question over a core connection, its answer shown on the standard streams."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from ...core.conversation import Message
from ...core.errors import CoreDied, CoreError, NotStored
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import error_of
from ...core.messages.events import (
    AnyEvent,
    Attached,
    ConversationsListed,
    CoreStatus,
    Delta,
    Event,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Prefilled,
    Refused,
    TurnEnded,
    TurnFailed,
    TurnQueued,
    TurnWithdrawn,
)
from ...core.messages.requests import (
    Attach,
    GetStatus,
    ListConversations,
    LoadModel,
    Request,
    StopTurn,
    SubmitTurn,
)
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
        self._text: list[str] = []
        self._interrupted = False
        self._stopping: asyncio.Task[None] | None = None

    async def find_newest(self) -> int:
        """Returns the conversation that changed last."""
        listed = await self._request(ListConversations(limit=1), ConversationsListed)
        if not listed.conversations:
            raise NotStored("There is no conversation to continue yet; leave out --continue.")
        return listed.conversations[0].id

    async def attach(self, path: Path, name: str) -> str:
        """Stores a picture and returns its sha256."""
        attached = await self._request(Attach(path=str(path), name=name), Attached)
        return attached.attachment.sha256

    async def show_notice(self) -> None:
        """Tells what the user should know about the model that is there."""
        status = await self._request(GetStatus(), CoreStatus)
        if status.model_notice:
            self._output.notice(status.model_notice)

    async def load(self, model: str) -> None:
        """Switches to a model and waits until it can answer.

        Raises:
            ModelError: it can't be loaded.
        """
        await self._client.request(LoadModel(model=model))
        async for event in self._events:
            self._show_loading(event)
            if isinstance(event, ModelFailed):
                raise error_of(Refused(error=event.error, sentence=event.sentence))
            if isinstance(event, ModelLoaded):
                return

    async def submit(self, request: SubmitTurn) -> int:
        """Asks, shows the answer as it comes, and returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            self._turn = await self._request(request, TurnQueued)
            if self._interrupted:
                self._stopping = asyncio.create_task(self._stop())
            return self._end(await self._follow(self._turn))
        except BrokenPipeError:
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
                case Prefilled(message=turn.answer.id, done=done, total=total):
                    self._output.progress(f"reading {done:,} of {total:,} tokens")
                case Delta(message=turn.answer.id, text=text):
                    self._show(text)
                case TurnEnded(message=Message(id=turn.answer.id)):
                    return event
                case TurnFailed(message=Message(id=turn.answer.id)):
                    return event
                case TurnWithdrawn(message=turn.answer.id):
                    return event
                case _:
                    self._show_loading(event)
        raise CoreDied("The core closed the connection before the answer was complete.")

    def _show(self, text: str) -> None:
        self._text.append(text)
        if not self._output.as_json:
            self._output.write(text)

    def _show_loading(self, event: AnyEvent) -> None:
        match event:
            case ModelLoading(model=model, stage=stage, fraction=fraction):
                self._output.progress(f"{model}: {stage} {fraction:.0%}")
            case ModelLoaded(notice=notice) if notice:
                self._output.notice(notice)
            case _:
                pass

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
        match event.message.finish_reason:
            case "stop":
                return COMPLETE
            case "length":
                early = event.message.stats.ended_early if event.message.stats else ""
                reason = early or "the answer reached its token limit and is cut off."
                self._output.notice(f"seeshell: {reason}")
            case "cancelled":
                self._output.notice("seeshell: the answer was stopped.")
        return INTERRUPTED if self._interrupted else ERROR

    def _describe(self, event: TurnEnded) -> dict[str, object]:
        """Returns the document that `--json` prints; its keys are listed in the help."""
        answer = event.message
        attachments = self._turn.user_message.attachments if self._turn else ()
        return {
            "text": answer.text,
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
            kept = {"text": "".join(self._text), "conversation": self._turn.conversation}
        self._output.error(kind, sentence, **kept)

    def _interrupt(self) -> None:
        """Stops the turn at the first Ctrl+C; the second one ends the command."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._interrupted = True
        if self._turn:
            self._stopping = asyncio.create_task(self._stop())

    async def _stop(self) -> None:
        if self._turn:
            with suppress(CoreError):  # the turn ended by itself, or the core did
                await self._client.request(StopTurn(conversation=self._turn.conversation))

    async def _request(self, request: Request, kind: type[EventT]) -> EventT:
        reply = await self._client.request(request)
        if not isinstance(reply, kind):
            raise CoreError("The core gave an unexpected reply; stop it with `seeshell stop`.")
        return reply
