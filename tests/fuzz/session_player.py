"""Plays programs of requests through `Sessions`, store and engine, beside cold runs.

Each answer is compared with the one that the same stored branch gets from nothing: from plain
mlx-vlm where the KV cache is exact, and from an engine that holds nothing where it is quantised,
which mlx-vlm's own loop does otherwise.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from seeshell.core.conversation import Conversation, Message
from seeshell.core.engine.engine import PromptMessage, TextDelta
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.resident import make_layout
from seeshell.core.errors import TurnError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.messages.events import (
    ConversationOpened,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnWithdrawn,
)
from seeshell.core.messages.model_events import ModelLoaded
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import (
    AnyRequest,
    DeleteConversation,
    EditQuestion,
    ForkConversation,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
    SwitchBranch,
)
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions import prompt_messages
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive

from ..core.engine.asking import MAX_PIXELS, Plain, draw_shape
from ..core.talk import Listener, carry_out
from ..sheets import draw_sheet
from .programs import EXCERPTS, PICTURES
from .session_programs import SLOTS, Request, SessionProgram

_TOKENS: Final = 7
_NEAR_TIE: Final = 1e-3
"""Two best tokens nearer than that may change places with the order of a sum."""

_SPARE_TOKENS: Final = 4
"""Less than an answer has, so that some reach the limit while they grow."""

_SPILLED_BLOCK_TOKENS: Final = 24
"""Short, so that a conversation has several blocks and pictures lie across their bounds."""

_GREEDY: Final = GenerationOptions(max_tokens=_TOKENS, temperature=0.0)


@dataclass(frozen=True)
class Cold:
    """The answer of a cold run."""

    text: str
    starts: tuple[str, ...] = ()
    """The text up to each of its tokens that a near tie decided."""

    def agrees(self, answer: Message) -> bool:
        """Whether an answer is the same as far as it came, but for near ties."""
        is_whole = answer.finish_reason in ("stop", "empty")
        text = answer.text
        if text == self.text or (not is_whole and self.text.startswith(text)):
            return True
        return any(text.startswith(start) for start in self.starts)


@dataclass
class SessionPlayer:
    """Plays one program after the other on one model."""

    checkpoint: Checkpoint
    source: str
    folder: Path
    """For pictures and data folders."""
    answers: int = 0
    """Answers compared so far."""
    refused: int = 0
    """Turns that found no room, in an engine that holds nothing either."""
    cold: dict[Any, Cold] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._plain = Plain(self.checkpoint)
        sheet = str(draw_sheet(self.folder))
        self.attaching = [
            *(Attach(path=str(draw_shape(self.folder, *it).path)) for it in PICTURES),
            *(Attach(path=sheet, excerpt=excerpt) for excerpt in EXCERPTS),
        ]
        """What attaches each picture."""

    async def play(self, program: SessionProgram) -> None:
        """Plays the program on a core of its own.

        Raises:
            AssertionError: an answer is not the one of a cold run.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as home:
            game = _Game(self, program, find_paths({"SEESHELL_HOME": home}))
            await game.open()
            try:
                for request in program.requests:
                    await game.take(request)
            finally:
                await game.close()

    async def compare(
        self, program: SessionProgram, prompt: tuple[PromptMessage, ...], answer: Message
    ) -> None:
        """Makes sure that an answer is the one of a cold run, as far as it came."""
        self.answers += 1
        key = program.kv_bits, tuple(map(_identity, prompt))
        if key not in self.cold:
            asks = self._ask_engine if program.kv_bits else self._ask_plain
            self.cold[key] = await asks(program, prompt)
        cold = self.cold[key]
        assert cold.agrees(answer), f"{answer.text!r} ({answer.finish_reason}), cold {cold.text!r}"

    async def check_refusal(
        self, program: SessionProgram, prompt: tuple[PromptMessage, ...], sentence: str
    ) -> None:
        """Makes sure that an engine with the same limits and nothing else refuses too."""
        self.refused += 1
        engine = self.engine(program, None)
        try:
            await engine.load(self.source, lambda _: None)
            async for _ in engine.answer(prompt, _GREEDY):
                pass
        except TurnError:
            return
        finally:
            await engine.close()
        raise AssertionError(f"an engine that holds nothing has room for it: {sentence}")

    def engine(self, program: SessionProgram, spills: Path | None) -> MlxEngine:
        """Returns an engine with the program's limits, without a model."""
        layout = make_layout(self.checkpoint, program.kv_bits)
        limits = Limits(
            1280,
            MAX_PIXELS,
            kv_bits=program.kv_bits,
            kv_bytes=program.kv_tokens * layout.token_bytes,
            spare_tokens=_SPARE_TOKENS,
            block_tokens=_SPILLED_BLOCK_TOKENS,
        )
        return MlxEngine(limits, spills_dir=spills, spill_bytes=10_000_000)

    async def _ask_plain(self, _: SessionProgram, prompt: tuple[PromptMessage, ...]) -> Cold:
        answer = self._plain(*prompt, max_tokens=_TOKENS)
        tokenizer = self.checkpoint.processor.tokenizer
        starts = [
            tokenizer.decode(answer.tokens[:index], skip_special_tokens=True)
            for index, margin in enumerate(answer.margins)
            if margin < _NEAR_TIE
        ]
        return Cold(answer.text, tuple(starts))

    async def _ask_engine(self, program: SessionProgram, prompt: tuple[PromptMessage, ...]) -> Cold:
        engine = self.engine(program._replace(kv_tokens=0), None)
        try:
            await engine.load(self.source, lambda _: None)
            events = [event async for event in engine.answer(prompt, _GREEDY)]
        finally:
            await engine.close()
        return Cold("".join(it.text for it in events if isinstance(it, TextDelta)))


class _Game:
    """One program being played."""

    def __init__(self, player: SessionPlayer, program: SessionProgram, paths: Paths) -> None:
        self._player = player
        self._program = program
        self._paths = paths
        self._slots: dict[int, int] = {}
        self._deleted: dict[int, int] = {}

    async def open(self) -> None:
        """Opens a core on the program's places and loads the model."""
        self._workers = PictureWorkers()
        self._archive = await Archive.open(self._paths, MAX_PIXELS, self._workers)
        engine = self._player.engine(self._program, self._paths.spills_dir)
        settings = Settings(max_tokens=_TOKENS, temperature=0.0)
        self._sessions = Sessions(self._archive, engine, self._paths, settings, "1.0")
        self._engine = engine
        self._client = Listener()
        self._sessions.add_client(self._client)
        self._sessions.model.load(self._player.source)
        await self._client.until(ModelLoaded)

    async def close(self) -> None:
        """Closes it as the core's end does."""
        await self._sessions.close()
        await self._engine.close()
        await self._archive.close()
        await self._workers.close()

    async def take(self, request: Request) -> None:
        """Does what the request says and compares each answer that comes of it."""
        conversation = self._slots.get(request.slot)
        match request.action:
            case "restart":
                await self.close()
                await self.open()
            case "ask":
                await self._answer([await self._submit(request)], request.stop_after)
            case "ask twice":
                turns = [await self._submit(request), await self._submit(request)]
                await self._answer(turns, request.stop_after)
            case "prepare":
                pictures = await self._attach(request)
                await self._request(PrepareTurn(conversation=conversation, attachments=pictures))
            case "restore":
                await self._restore(request.slot)
            case _ if conversation is not None:
                await self._change(request, await self._read(conversation))

    async def _change(self, request: Request, stored: Conversation) -> None:
        conversation, messages = stored.summary.id, stored.messages
        questions = [it for it in messages if it.role == "user"]
        match request.action:
            case "delete":
                await self._request(DeleteConversation(conversation=conversation))
                self._deleted[request.slot] = self._slots.pop(request.slot)
            case "edit" if questions:
                edited = questions[request.place % len(questions)].id
                edit = EditQuestion(
                    conversation=conversation,
                    message=edited,
                    text=request.text,
                    attachments=await self._attach(request),
                )
                await self._answer([await self._request(edit)], request.stop_after)
            case "again" if messages:
                again = RegenerateAnswer(conversation=conversation)
                await self._answer([await self._request(again)], request.stop_after)
            case "switch" if others := [it for it in messages if len(it.siblings) > 1]:
                message = others[request.place % len(others)]
                sibling = message.siblings[request.place % len(message.siblings)]
                await self._request(SwitchBranch(conversation=conversation, message=sibling))
            case "fork" if messages:
                message = messages[min(request.place, len(messages) - 1)]
                fork = ForkConversation(conversation=conversation, message=message.id)
                opened = await self._request(fork)
                assert isinstance(opened, ConversationOpened)
                self._slots[(request.slot + 1) % SLOTS] = opened.conversation.summary.id

    async def _restore(self, slot: int) -> None:
        if slot in self._deleted and slot not in self._slots:
            conversation = self._deleted.pop(slot)
            await self._request(RestoreConversation(conversation=conversation))
            self._slots[slot] = conversation

    async def _submit(self, request: Request) -> TurnQueued:
        queued = await self._request(
            SubmitTurn(
                text=request.text,
                attachments=await self._attach(request),
                conversation=self._slots.get(request.slot),
            )
        )
        assert isinstance(queued, TurnQueued)
        self._slots[request.slot] = queued.conversation
        return queued

    async def _attach(self, request: Request) -> tuple[str, ...]:
        keys = []
        for index in request.pictures:
            attached = await self._request(self._player.attaching[index])
            assert isinstance(attached, Attached)
            keys.append(attached.attachment.key)
        return tuple(keys)

    async def _answer(self, turns: Sequence[TurnQueued], stop_after: int) -> None:
        """Waits for the ends of turns, the first perhaps stopped, and compares their answers."""
        for number, queued in enumerate(turns):
            if stop_after and number == 0:
                await self._stop(queued, stop_after)
            await self._request(ResumeQueue(conversation=queued.conversation))
            await self._compare(queued)

    async def _stop(self, queued: TurnQueued, stop_after: int) -> None:
        """Stops the turn after some events of it, or at once where it has ended by then."""
        conversation = queued.conversation

        def has_come(_: object) -> bool:
            heard = [it for it in self._client.heard if isinstance(it, Delta | Prefilled)]
            count = sum(it.conversation == conversation for it in heard)
            return count >= stop_after or any(map(is_end, self._client.heard))

        def is_end(event: Any) -> bool:
            ended = isinstance(event, TurnEnded | TurnFailed)
            return ended and event.message.turn == queued.turn.id

        await self._client.until(object, where=has_come)
        await self._request(StopTurn(conversation=conversation))

    async def _compare(self, queued: TurnQueued) -> None:
        ended = await self._client.until(
            TurnEnded,
            TurnFailed,
            TurnWithdrawn,
            where=lambda event: _turn_of(event) == queued.turn.id,
        )
        if isinstance(ended, TurnWithdrawn):
            if ended.restored is None:
                self._slots = {
                    slot: it for slot, it in self._slots.items() if it != queued.conversation
                }
            return
        prompt = await self._prompt_of(queued.conversation, ended.message)
        if isinstance(ended, TurnFailed):
            await self._player.check_refusal(self._program, prompt, ended.sentence)
        else:
            await self._player.compare(self._program, prompt, ended.message)

    async def _prompt_of(self, conversation: int, answer: Message) -> tuple[PromptMessage, ...]:
        """Returns what stands before an answer, behind which a queued turn may have begun."""
        stored = await self._archive.read_conversation(conversation)
        before = list(takewhile(lambda message: message.id != answer.id, stored.messages))
        kept = prompt_messages._choose(before)
        return await prompt_messages._as_prompt(self._archive, kept)

    async def _read(self, conversation: int) -> Conversation:
        opened = await self._request(OpenConversation(conversation=conversation))
        assert isinstance(opened, ConversationOpened)
        return opened.conversation

    async def _request(self, request: AnyRequest) -> Any:
        return await carry_out(self._sessions, request, self._client)


def _turn_of(event: TurnEnded | TurnFailed | TurnWithdrawn) -> str:
    return event.turn if isinstance(event, TurnWithdrawn) else event.message.turn


def _identity(message: PromptMessage) -> tuple[Any, ...]:
    parts = (
        part if isinstance(part, str) else f"{part.sha256}{part.excerpt}" for part in message.parts
    )
    return message.role, *parts
