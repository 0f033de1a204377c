"""One question over a core connection, its answer shown on the standard streams."""

import asyncio
import signal
import time
from contextlib import suppress
from itertools import takewhile

import msgspec

from ...core.boxes import PlacedMark, find_marks, may_mark
from ...core.conversation import Message
from ...core.errors import CoreDied, CoreError, NotStored, OutputError
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import error_of
from ...core.messages.events import (
    ConversationOpened,
    CoreStatus,
    Refused,
    TurnWithdrawn,
)
from ...core.messages.model_events import ModelFailed, ModelLoaded
from ...core.messages.model_requests import LoadModel
from ...core.messages.queue_events import TurnQueued
from ...core.messages.queue_requests import RemoveQueued
from ...core.messages.requests import (
    GetStatus,
    LeavePrivate,
    OpenConversation,
    RegenerateAnswer,
    StopTurn,
)
from ..session.context_room import Change, make_room
from ..session.events import AnswerEnded
from .attached import AttachingPictures
from .before_asking import Asked
from .endings import explain_ending
from .exit_status import COMPLETE, ERROR, INTERRUPTED
from .followed_turn import FollowedTurn
from .output import Output
from .replies import reply_to
from .told_marks import describe_marks


class Asking:
    """Asks one question; Ctrl+C stops the model and keeps what it said."""

    def __init__(self, client: CoreClient, output: Output) -> None:
        self._client = client
        self._output = output
        self._followed = FollowedTurn(client, output)
        self._turn: TurnQueued | None = None
        self._interrupted = False
        self._stopping: asyncio.Task[None] | None = None
        self.leaves_out_oldest = False
        """Whether a question that does not fit makes room, the oldest pictures first."""
        self.is_private = False
        """Whether it asks in a conversation that is gone once the answer is there."""
        self._advice = ""
        """What the user can do besides about a question that does not fit."""

    async def attach(
        self, name: str, *, allows_private: bool = False, is_private: bool = False
    ) -> list[str]:
        """Stores the pictures that a path or an address names, and returns their keys.

        Args:
            name: an absolute path or an `http(s)` address, perhaps with a notation behind it.
            allows_private: whether the address may lead to this machine or a private network.
            is_private: whether they are for a private conversation.
        """
        attaching = AttachingPictures(
            self._client,
            self._output,
            events=self._followed.events,
            allows_private=allows_private,
            is_private=is_private,
        )
        attached = [it.attachment for it in await attaching.attach(name)]
        for it in attached:
            if it.note:
                self._output.notice(f"seeshell: {it.label}: {it.note}.")
        return [it.key for it in attached]

    async def show_notice(self) -> None:
        """Tells what the user should know about the model that is there."""
        status = await reply_to(self._client, GetStatus(), CoreStatus)
        self._followed.model = self._followed.model.after(status, time.time())
        self._followed.announce(status.model_notice)

    async def load(self, model: str, adapter: str = "") -> None:
        """Switches to a model and waits until it can answer.

        Args:
            model: what loads it.
            adapter: folder of its LoRA adapter; empty for none.

        Raises:
            ModelError: it can't be loaded.
        """
        model = model.strip()
        await self._client.request(LoadModel(model=model, adapter=adapter))
        async for event in self._followed.events:
            match event:
                case ModelFailed(model=failed) if failed == model:
                    raise error_of(Refused(error=event.error, sentence=event.sentence))
                case ModelLoaded():
                    # Of a load before this one nothing is told: nothing is sent there.
                    if (event.source, event.adapter) == (model, adapter):
                        self._followed.show_news(event)
                        return
                case _:
                    self._followed.show_news(event)

    async def submit(self, request: Asked) -> int:
        """Asks, shows the answer as it comes, and returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            event = await self._ask(request)
            while isinstance(event, TurnWithdrawn) and await self._make_room(event, request):
                self._followed.begin_again()
                event = await self._ask(request)
            return await self._end(event)
        except (BrokenPipeError, OutputError):
            await self._stop()
            raise
        except CoreDied as error:
            self._fail(type(error).__name__, f"{error}\n{error.log_tail}".strip())
            return ERROR
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            await self._close_private()

    async def _close_private(self) -> None:
        """Has the core forget a private conversation."""
        if self.is_private:
            with suppress(CoreError):  # the core is gone
                await self._client.request(LeavePrivate())

    async def _ask(self, request: Asked) -> AnswerEnded | TurnWithdrawn:
        """Asks, and returns how that ended."""
        self._turn = await reply_to(self._client, request, TurnQueued)
        if self._interrupted:
            self._stopping = asyncio.create_task(self._stop())
        return await self._followed.follow(self._turn)

    async def _make_room(self, withdrawn: TurnWithdrawn, request: Asked) -> bool:
        """Leaves out what is oldest if that was asked for; otherwise notes how to ask for it.

        Returns:
            whether the question may fit now.
        """
        messages = withdrawn.restored.messages if withdrawn.restored else ()
        is_again = isinstance(request, RegenerateAnswer)
        room = make_room(withdrawn, messages[-1].id if is_again and messages else None)
        if not room or self._interrupted:
            return False
        what = f"{room.words} (about {room.freed_tokens:,} tokens)"
        if not self.leaves_out_oldest:
            self._advice = f" Or leave out {what} with --leave-out-oldest."
            return False
        change = Change(room, is_left_out=True)
        await reply_to(self._client, change.request(withdrawn.conversation), ConversationOpened)
        self._output.notice(f"seeshell: left out of this and later prompts: {what}.")
        return True

    async def _end(self, event: AnswerEnded | TurnWithdrawn) -> int:
        if isinstance(event, TurnWithdrawn):
            self._turn = None
            self._fail(event.error, event.sentence + self._advice)
            return ERROR
        answer, conversation = event.answer, self._turn.conversation if self._turn else 0
        if event.error:
            self._fail(event.error, answer.error)
            return ERROR
        if self._output.as_json:
            self._output.document(await self._describe(answer, conversation))
        else:
            self._output.end_line()
        if answer.finish_reason == "stop":
            return COMPLETE
        finishing = "" if self.is_private else f"seeshell ask --chat {conversation} --finish"
        why = explain_ending(
            answer, conversation, has_thoughts=self._output.as_json, finishing=finishing
        )
        self._output.notice(f"seeshell: {why}")
        return INTERRUPTED if self._interrupted else ERROR

    async def _describe(self, answer: Message, conversation: int) -> dict[str, object]:
        """Returns the document that `--json` prints; its keys are listed in the help."""
        question = self._followed.started.question if self._followed.started else None
        attachments = question.attachments if question else ()
        return {
            "text": answer.text,
            "thoughts": answer.thoughts,
            "conversation": conversation,
            "model": answer.model,
            "finish_reason": answer.finish_reason,
            "attachments": [
                msgspec.to_builtins(it) | {"label": it.label, "key": it.key} for it in attachments
            ],
            "boxes": describe_marks(await self._find_marks(answer, conversation)),
            "stats": msgspec.to_builtins(answer.stats),
        }

    async def _find_marks(self, answer: Message, conversation: int) -> tuple[PlacedMark, ...]:
        """Returns what an answer marks in the pictures of its branch."""
        if not may_mark(answer.text):
            return ()
        opened = await reply_to(
            self._client, OpenConversation(conversation=conversation), ConversationOpened
        )
        before = takewhile(lambda it: it.id != answer.id, opened.conversation.messages)
        return find_marks(answer, list(before))

    def _fail(self, kind: str, sentence: str) -> None:
        if not self._output.as_json:
            self._output.end_line()
        kept: dict[str, object] = {}
        if self._turn:
            kept = {
                "text": "".join(self._followed.text),
                "thoughts": "".join(self._followed.thoughts),
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
            if self._followed.started is None:
                with suppress(NotStored):  # it has just been taken
                    remove = RemoveQueued(conversation=conversation, turn=self._turn.turn.id)
                    await self._client.request(remove)
                    return
            await self._client.request(StopTurn(conversation=conversation))
