"""One turn from being taken from its queue to the event that ends it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final, cast

from msgspec.structs import replace

from ..conversation import Conversation, Message, Queue, QueuedTurn, TurnStats
from ..engine.engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerProgress,
    Engine,
    TextDelta,
    ThoughtsDelta,
)
from ..errors import (
    BadRequest,
    ImageError,
    NotStored,
    PresetNotFound,
    PromptRefused,
    PromptTooLong,
    SeeshellError,
    StoreError,
    TurnError,
)
from ..generation_options import NO_CHOICES, GenerationOptions
from ..leaving_out import count_left_out
from ..messages.events import (
    AnyEvent,
    ConversationsChanged,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    TurnWithdrawn,
)
from ..store.archive import Archive
from .environments import Environments
from .model_loader import tell_loaded
from .open_turn import OpenTurn, tell_withdrawn
from .prompt_messages import read_prompt, with_budget
from .queue import Queues
from .subscribers import Subscribers
from .turn_options import TurnOptions

_logger = logging.getLogger(__name__)

SAVE_INTERVAL: Final = 0.5
"""Seconds between two saves of an open answer."""

_UNANSWERABLE: Final = (PromptTooLong, PromptRefused, ImageError, NotStored)
"""Errors that lie in the prompt: the question is given back instead of being kept as failed."""

_CANCELLED: Final = AnswerEnd("cancelled")

_EndEvent = TurnEnded | TurnFailed | TurnWithdrawn


class Answering:
    """Takes turns, computes their answers with the engine, stores them and tells who follows."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        queues: Queues,
        subscribers: Subscribers,
        environments: Environments,
        options: TurnOptions,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._queues = queues
        self._subscribers = subscribers
        self._options = options
        self.environments = environments
        """Of the turns that it answers."""
        self._unstored: dict[int, TurnFailed] = {}
        self.running: OpenTurn | None = None
        """The turn that the engine works on."""
        self.last_stats = TurnStats()
        """What the most recent answer cost."""

    def find(self, conversation: int) -> OpenTurn | None:
        """Returns the conversation's open turn."""
        turn = self.running
        return turn if turn is not None and turn.conversation == conversation else None

    def check_none_open(self, conversation: int, *, but: str = "") -> None:
        """Makes sure that no turn is open in a conversation, except one with the id `but`.

        Raises:
            BadRequest: one is.
        """
        turn = self.find(conversation)
        if turn is not None and turn.started.id != but:
            raise BadRequest("This conversation is being answered: wait, or stop the answer.")

    def show(self, stored: Conversation) -> tuple[Conversation, list[AnyEvent]]:
        """Returns a conversation with what is not on disk, and the events of its open turn.

        The open answer is empty: its text comes with the events.
        """
        turn = self.find(stored.summary.id)
        messages = [self._complete(message) for message in stored.messages]
        if turn is not None:
            messages = [turn.answer if it.id == turn.answer.id else it for it in messages]
        return replace(stored, messages=tuple(messages)), turn.replay() if turn else []

    async def take(self, conversation: int) -> OpenTurn | None:
        """Starts the first turn of a queue; the conversation is being held.

        Returns None if nothing waits there any more, or if the turn was given back because the
        model can't take its pictures or its preset is gone.
        """
        turns, is_paused = self._queues.order.find(conversation)
        if not turns or is_paused:
            return None
        try:
            await self.store_again()
            turn = await self._start(conversation, turns[0])
        except StoreError as error:
            _logger.warning("a turn was not started: %s", error)
            await self._queues.pause(conversation)
            return None
        self._queues.put(conversation, Queue(turns[1:]))
        if turn is None:
            await self._queues.pause(conversation)
        return turn

    async def answer(self, turn: OpenTurn) -> AnswerEnd | SeeshellError:
        """Streams the answer to those who follow; returns its end, or why it failed."""
        saving = asyncio.create_task(self._save(turn))
        try:
            return await self._compute(turn)
        except SeeshellError as error:
            return error
        except Exception as error:
            _logger.exception("an answer failed unexpectedly")
            return TurnError(f"The answer failed ({error!r}); the core's log says more.")
        finally:
            saving.cancel()

    async def cancel(self, turn: OpenTurn) -> None:
        """Ends a turn that was taken and will not be computed; its conversation is being held."""
        await self.end(turn, _CANCELLED)

    async def end(self, turn: OpenTurn, outcome: AnswerEnd | SeeshellError) -> None:
        """Stores how a turn ended, and tells that; its conversation is being held."""
        ended = turn.end(outcome) if isinstance(outcome, AnswerEnd) else turn.fail(outcome)
        is_stopped = turn.is_stopping or ended.message.finish_reason == "cancelled"
        if is_stopped or ended.message.is_unsuccessful:
            await self._queues.pause(turn.conversation)
        event: _EndEvent
        if isinstance(outcome, _UNANSWERABLE) and not turn.has_begun:
            event = await self._withdraw(turn, outcome)
        else:
            event = await self._store_end(turn, ended)
        if turn is self.running:
            self.running = None
        self._publish(event)
        turn.ended.set()

    async def stop(self, turn: OpenTurn) -> None:
        """Ends a turn as `cancelled`; what it said so far stays. Returns when it is stored."""
        turn.is_stopping = True
        if turn is self.running:
            self._engine.stop()
        await turn.ended.wait()

    async def store_again(self) -> None:
        """Stores the answers that the disk would not take when they ended.

        Raises:
            StoreError: it still does not.
        """
        for event in list(self._unstored.values()):
            with suppress(NotStored):
                await self._archive.end_answer(event.conversation, event.message)
            self._unstored.pop(event.message.id, None)

    async def _start(self, conversation: int, queued: QueuedTurn) -> OpenTurn | None:
        """Starts a queued turn, or gives it back if its pictures or its preset can't be used."""
        try:
            options = await self._find_options(conversation, queued)
            pictures = queued.question.attachments
            if queued.kind != "regenerate":
                pictures = tuple(with_budget(pictures, options))
            measured = [await self._engine.measure(picture) for picture in pictures]
        except (ImageError, PresetNotFound) as error:
            restored = await self._archive.remove_queued(conversation, queued.id)
            self._publish(tell_withdrawn(conversation, queued.id, error, restored))
            return None
        started = await self._archive.start_queued(queued.id, measured)
        turn = OpenTurn(started, self._engine.model, options)
        self._publish(turn.start())
        return turn

    async def _find_options(self, conversation: int, queued: QueuedTurn) -> GenerationOptions:
        """Returns what counts for a turn that is about to start."""
        choices = await self._archive.find_choices((conversation,))
        return self._options.resolve(choices.get(conversation, NO_CHOICES), queued.options)

    async def _compute(self, turn: OpenTurn) -> AnswerEnd:
        stored = await self._archive.read_conversation(turn.conversation)
        asked = [message for message in stored.messages if message.id != turn.answer.id]
        turn.left_out_tokens = count_left_out(asked[:-1])
        prompt = await read_prompt(self._archive, asked, turn.options)
        answering = self._engine.answer(
            prompt,
            turn.options,
            conversation=turn.conversation,
            environment=self.environments.find(turn.started.id),
        )
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

    def _pass_on(self, turn: OpenTurn, event: AnswerProgress | ThoughtsDelta | TextDelta) -> None:
        self._note_model(turn)
        news: AnyEvent
        match event:
            case TextDelta(text=text):
                news = turn.add_text(text)
            case ThoughtsDelta(text=text):
                news = turn.add_thoughts(text)
            case _:
                news = turn.note_progress(event)
        self._subscribers.publish_to_followers(turn.conversation, news)
        if turn.is_stopping:
            # A stop that came before the engine had begun found nothing to stop.
            self._engine.stop()

    def _note_model(self, turn: OpenTurn) -> None:
        """Tells every client of another model that a server has taken up in mid-turn."""
        model = self._engine.model
        if model is not None and model != turn.model:
            turn.model = model
            self._subscribers.publish(tell_loaded(model, model.source))

    async def _save(self, turn: OpenTurn) -> None:
        """Saves what is new again and again; an answer that can't be saved is stopped."""
        try:
            while True:
                await turn.has_unsaved_text.wait()
                turn.has_unsaved_text.clear()
                await self._archive.save_answer(turn.answer.id, turn.parts)
                await asyncio.sleep(SAVE_INTERVAL)
        except StoreError as error:
            turn.error = error
            turn.is_stopping = True
            self._engine.stop()

    async def _withdraw(self, turn: OpenTurn, error: SeeshellError) -> _EndEvent:
        """Takes the turn out of its conversation; if that can't be, the turn failed."""
        try:
            restored = await self._archive.withdraw_turn(turn.started)
        except StoreError as problem:
            _logger.warning("a turn was not withdrawn: %s", problem)
            return await self._store_end(turn, turn.fail(error))
        _logger.info("turn %s was withdrawn: %s", turn.started.id, error)
        return turn.withdraw(error, restored)

    async def _store_end(
        self, turn: OpenTurn, event: TurnEnded | TurnFailed
    ) -> TurnEnded | TurnFailed:
        try:
            await self._archive.end_answer(turn.conversation, event.message)
        except StoreError as error:
            _logger.warning("an answer was not stored: %s", error)
            event = self._unstored[turn.answer.id] = turn.fail(error)
        _logger.info("answer %d ended as %s", turn.answer.id, event.message.finish_reason)
        return event

    def _complete(self, message: Message) -> Message:
        """Returns the message, or the end of it that the disk would not take."""
        event = self._unstored.get(message.id)
        return event.message if event else message

    def _publish(self, event: TurnStarted | _EndEvent) -> None:
        self._subscribers.publish_to_followers(event.conversation, event)
        self._subscribers.publish(ConversationsChanged())
