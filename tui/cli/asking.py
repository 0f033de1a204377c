"""One question over a core connection, its answer shown on the standard streams."""

import asyncio
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from ...core.conversation import Message
from ...core.errors import BadRequest, CoreDied, CoreError, NotStored, OutputError
from ...core.generation_options import NO_CHOICES, ConversationChoices
from ...core.ipc.client import CoreClient
from ...core.ipc.core_process import error_of
from ...core.messages.events import (
    Attached,
    ConversationOpened,
    ConversationsListed,
    CoreStatus,
    Event,
    ModelFailed,
    ModelLoaded,
    Refused,
    TurnQueued,
    TurnWithdrawn,
)
from ...core.messages.requests import (
    Attach,
    ChooseForConversation,
    GetStatus,
    ListConversations,
    LoadModel,
    OpenConversation,
    RegenerateAnswer,
    RemoveQueued,
    Request,
    StopTurn,
    SubmitTurn,
)
from ..session.context_room import Change, make_room
from ..session.events import AnswerEnded
from .endings import explain_ending
from .exit_status import COMPLETE, ERROR, INTERRUPTED
from .followed_turn import FollowedTurn
from .output import Output

EventT = TypeVar("EventT", bound=Event)


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
        self._advice = ""
        """What the user can do besides about a question that does not fit."""

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
        self._followed.model = self._followed.model.after(status, time.time())
        self._followed.announce(status.model_notice)

    async def find_model(self, conversation: int | None) -> str:
        """Returns what loads the model that answers in a conversation.

        Args:
            conversation: its id; None for a new one.
        """
        choices = await self._read_choices(conversation)
        return choices.model or (await self._request(GetStatus(), CoreStatus)).source

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

    async def keep(
        self, request: SubmitTurn | RegenerateAnswer, chosen: Mapping[str, str]
    ) -> SubmitTurn | RegenerateAnswer:
        """Returns the request so that the conversation keeps what the command line chooses.

        Args:
            request: what is asked.
            chosen: fields of `ConversationChoices`; those that are missing stay as they are.
        """
        if not chosen:
            return request
        choices = replace(await self._read_choices(request.conversation), **chosen)
        if isinstance(request, SubmitTurn):
            return replace(request, choices=choices)
        await self._client.request(
            ChooseForConversation(conversation=request.conversation, choices=choices)
        )
        return request

    async def _read_choices(self, conversation: int | None) -> ConversationChoices:
        """Returns what a conversation keeps; nothing for a new one."""
        if conversation is None:
            return NO_CHOICES
        opened = await self._request(
            OpenConversation(conversation=conversation), ConversationOpened
        )
        return opened.conversation.summary.choices

    async def submit(self, request: SubmitTurn | RegenerateAnswer) -> int:
        """Asks, shows the answer as it comes, and returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            event = await self._ask(request)
            while isinstance(event, TurnWithdrawn) and await self._make_room(event, request):
                self._followed.begin_again()
                event = await self._ask(request)
            return self._end(event)
        except (BrokenPipeError, OutputError):
            await self._stop()
            raise
        except CoreDied as error:
            self._fail(type(error).__name__, f"{error}\n{error.log_tail}".strip())
            return ERROR
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _ask(self, request: SubmitTurn | RegenerateAnswer) -> AnswerEnded | TurnWithdrawn:
        """Asks, and returns how that ended."""
        self._turn = await self._request(request, TurnQueued)
        if self._interrupted:
            self._stopping = asyncio.create_task(self._stop())
        return await self._followed.follow(self._turn)

    async def _make_room(
        self, withdrawn: TurnWithdrawn, request: SubmitTurn | RegenerateAnswer
    ) -> bool:
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
        await self._request(change.request(withdrawn.conversation), ConversationOpened)
        self._output.notice(f"seeshell: left out of this and later prompts: {what}.")
        return True

    def _end(self, event: AnswerEnded | TurnWithdrawn) -> int:
        if isinstance(event, TurnWithdrawn):
            self._turn = None
            self._fail(event.error, event.sentence + self._advice)
            return ERROR
        answer, conversation = event.answer, self._turn.conversation if self._turn else 0
        if event.error:
            self._fail(event.error, answer.error)
            return ERROR
        if self._output.as_json:
            self._output.document(self._describe(answer, conversation))
        else:
            self._output.end_line()
        if answer.finish_reason == "stop":
            return COMPLETE
        why = explain_ending(answer, conversation, has_thoughts=self._output.as_json)
        self._output.notice(f"seeshell: {why}")
        return INTERRUPTED if self._interrupted else ERROR

    def _describe(self, answer: Message, conversation: int) -> dict[str, object]:
        """Returns the document that `--json` prints; its keys are listed in the help."""
        question = self._followed.started.question if self._followed.started else None
        attachments = question.attachments if question else ()
        return {
            "text": answer.text,
            "thoughts": answer.thoughts,
            "conversation": conversation,
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

    async def _request(self, request: Request, kind: type[EventT]) -> EventT:
        reply = await self._client.request(request)
        if not isinstance(reply, kind):
            raise CoreError("The core gave an unexpected reply; stop it with `seeshell stop`.")
        return reply
