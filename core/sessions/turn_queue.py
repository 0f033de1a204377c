"""The queue of answers: one is computed at a time, in the order of submission."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final, cast

from ..conversation import Message, TurnStats
from ..engine.engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerOptions,
    Engine,
    PrefillProgress,
    TextDelta,
)
from ..errors import (
    ModelError,
    NotStored,
    PromptTooLong,
    SeeshellError,
    StoreError,
    TurnError,
)
from ..messages.events import (
    ConversationsChanged,
    Delta,
    Prefilled,
    TurnEnded,
    TurnFailed,
    TurnWithdrawn,
)
from ..store.archive import Archive
from .model_loader import ModelLoader
from .open_turn import OpenTurn
from .prompt_messages import read_prompt
from .subscribers import Subscribers
from .work_ahead import Preparations

_logger = logging.getLogger(__name__)

SAVE_INTERVAL: Final = 0.5
"""Seconds between two saves of an open answer's text."""

_STOP_PATIENCE: Final = 10.0
"""Seconds that a closing core waits for the engine to leave an answer."""

_CANCELLED: Final = AnswerEnd("cancelled")


class TurnQueue:
    """Computes answers with the engine, stores them and tells those who follow.

    Models are loaded here too: between two answers, before the next one.
    """

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        loader: ModelLoader,
        subscribers: Subscribers,
        preparations: Preparations,
        options: AnswerOptions,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._loader = loader
        self._subscribers = subscribers
        self._preparations = preparations
        self._options = options
        self._open: dict[int, OpenTurn] = {}
        self._waiting: deque[OpenTurn] = deque()
        self._unstored: dict[int, TurnFailed] = {}
        self._has_work = asyncio.Event()
        self.running: OpenTurn | None = None
        """The turn that the engine works on."""
        self.last_stats = TurnStats()
        """What the most recent answer cost."""

    def __len__(self) -> int:
        return len(self._open)

    def find(self, conversation: int) -> OpenTurn | None:
        """Returns the conversation's open turn."""
        return self._open.get(conversation)

    def add(self, turn: OpenTurn) -> None:
        """Queues a stored turn. Without a model the one that failed to load is tried again."""
        self._open[turn.conversation] = turn
        self._waiting.append(turn)
        if self._engine.model is None and not self._loader.is_behind and self._loader.wanted:
            self._loader.want(self._loader.wanted)
        self._go_to_work()

    def load(self, source: str) -> None:
        """Switches to a model once the running answer has ended."""
        self._loader.want(source)
        self._go_to_work()

    async def stop(self, turn: OpenTurn) -> None:
        """Ends a turn as `cancelled`; what it said so far stays. Returns when it is stored."""
        turn.is_stopping = True
        if turn in self._waiting:
            self._waiting.remove(turn)
            await self._end(turn, turn.end(_CANCELLED, ""))
        elif turn is self.running:
            self._engine.stop()
        await turn.ended.wait()

    async def run(self) -> None:
        """Loads and answers for ever."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            while self._loader.is_behind or self._waiting:
                if self._loader.is_behind:
                    await self._loader.load()
                else:
                    await self._answer(self._waiting.popleft())
            self._preparations.resume(self)

    async def close(self) -> None:
        """Stops every turn; returns when all are stored."""
        turns = list(self._open.values())
        try:
            async with asyncio.timeout(_STOP_PATIENCE):
                for turn in turns:
                    await self.stop(turn)
                await self.store_again()
        except StoreError as error:
            _logger.warning("an answer is lost from its last save on: %s", error)
        except TimeoutError:
            _logger.warning("the engine did not leave its answer in %s s", _STOP_PATIENCE)
            for turn in turns:
                if not turn.ended.is_set():
                    await self._end(turn, turn.end(_CANCELLED, ""))

    def complete(self, message: Message) -> Message:
        """Returns the message, or the end of it that the disk would not take."""
        event = self._unstored.get(message.id)
        return event.message if event else message

    async def store_again(self) -> None:
        """Stores the answers that the disk would not take when they ended.

        Raises:
            StoreError: it still does not.
        """
        for event in list(self._unstored.values()):
            with suppress(NotStored):
                await self._store(event.conversation, event.message)
            self._unstored.pop(event.message.id, None)

    def _go_to_work(self) -> None:
        self._preparations.pause(self)
        self._has_work.set()

    async def _store(self, conversation: int, answer: Message) -> None:
        await self._archive.run(self._archive.store.end_answer, conversation, answer)

    async def _answer(self, turn: OpenTurn) -> None:
        self.running = turn
        model = self._engine.model
        name = model.name if model else ""
        saving = asyncio.create_task(self._save_text(turn))
        event: TurnEnded | TurnFailed | TurnWithdrawn
        try:
            event = turn.end(await self._compute(turn), name)
        except PromptTooLong as error:
            event = turn.fail(error, name) if turn.text else await self._withdraw(turn, error)
        except SeeshellError as error:
            event = turn.fail(error, name)
        except Exception as error:
            _logger.exception("an answer failed unexpectedly")
            sentence = f"The answer failed ({error!r}); the core's log says more."
            event = turn.fail(TurnError(sentence), name)
        finally:
            saving.cancel()
        if isinstance(event, TurnWithdrawn):
            self._close(turn, event)
        else:
            await self._end(turn, event)
        self.running = None

    async def _compute(self, turn: OpenTurn) -> AnswerEnd:
        """Streams the answer to those who follow; returns its end."""
        if self._engine.model is None:
            raise self._loader.error or ModelError("No model is loaded: choose one.")
        await self._measure_pictures(turn.question)
        prompt = await read_prompt(self._archive, turn.conversation, turn.answer)
        answering = self._engine.answer(prompt, self._options, conversation=turn.conversation)
        if turn.is_stopping:
            return _CANCELLED
        end = None
        async with aclosing(cast(AsyncGenerator[AnswerEvent, None], answering)) as events:
            async for event in events:
                if isinstance(event, AnswerEnd):
                    end = event
                else:
                    self._pass_on(turn, event)
        if turn.error is not None:
            raise turn.error
        if end is None:
            raise TurnError("The engine broke off the answer: ask again.")
        self.last_stats = end.stats
        return end

    async def _measure_pictures(self, question: Message) -> None:
        """Stores what the model makes of pictures that were sent before it was loaded."""
        pictures = question.attachments
        if not all(picture.tokens for picture in pictures):
            measured = [await self._engine.measure(picture) for picture in pictures]
            await self._archive.run(self._archive.store.measure_attachments, question.id, measured)

    def _pass_on(self, turn: OpenTurn, event: PrefillProgress | TextDelta) -> None:
        news: Delta | Prefilled
        if isinstance(event, TextDelta):
            news = turn.add_text(event.text)
        else:
            news = turn.note_progress(event)
        self._subscribers.publish_to_followers(turn.conversation, news)
        if turn.is_stopping:
            # A stop that came before the engine had begun found nothing to stop.
            self._engine.stop()

    async def _save_text(self, turn: OpenTurn) -> None:
        """Saves new text again and again; an answer that can't be saved is stopped."""
        try:
            while True:
                await turn.has_unsaved_text.wait()
                turn.has_unsaved_text.clear()
                await self._archive.run(self._archive.store.save_text, turn.answer.id, turn.text)
                await asyncio.sleep(SAVE_INTERVAL)
        except StoreError as error:
            turn.error = error
            turn.is_stopping = True
            self._engine.stop()

    async def _withdraw(self, turn: OpenTurn, error: PromptTooLong) -> TurnWithdrawn | TurnFailed:
        """Takes the turn out of its conversation; if the disk does not let it, the turn failed."""
        try:
            restored = await self._archive.run(self._archive.store.withdraw_turn, turn.started)
        except StoreError as problem:
            _logger.warning("a turn was not withdrawn: %s", problem)
            return turn.fail(error, "")
        if restored is None:
            self._preparations.drop_conversation(turn.conversation)
        _logger.info("turn %d was withdrawn: %s", turn.answer.id, error)
        return turn.withdraw(error, restored)

    async def _end(self, turn: OpenTurn, event: TurnEnded | TurnFailed) -> None:
        try:
            await self._store(turn.conversation, event.message)
        except StoreError as error:
            _logger.warning("an answer was not stored: %s", error)
            event = turn.fail(error, event.message.model)
            self._unstored[turn.answer.id] = event
        _logger.info("answer %d ended as %s", turn.answer.id, event.message.finish_reason)
        self._close(turn, event)

    def _close(self, turn: OpenTurn, event: TurnEnded | TurnFailed | TurnWithdrawn) -> None:
        self._open.pop(turn.conversation, None)
        turn.ended.set()
        self._subscribers.publish_to_followers(turn.conversation, event)
        self._subscribers.publish(ConversationsChanged())
