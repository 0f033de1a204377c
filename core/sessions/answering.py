"""One turn from being taken from its queue to the event that ends it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, cast

from msgspec.structs import replace

from ..conversation import ASKING_KINDS, Conversation, Queue, QueuedTurn, TurnStats
from ..engine.engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerProgress,
    Engine,
    TextDelta,
    ThoughtsDelta,
    cannot_continue,
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
    TurnStarted,
)
from ..private_ids import is_private, loggable
from ..store.archive import Archive
from .environments import Environments
from .model_loader import tell_loaded
from .open_turn import OpenTurn, tell_withdrawn
from .prompt_messages import read_prompt, with_budget
from .queue import Queues
from .stored_ends import EndEvent, StoredEnds
from .subscribers import Subscribers
from .turn_options import TurnOptions

_logger = logging.getLogger(__name__)

SAVE_INTERVAL: Final = 0.5
"""Seconds between two saves of an open answer."""

_UNANSWERABLE: Final = (PromptTooLong, PromptRefused, ImageError, NotStored)
"""Errors that lie in the prompt: the question is given back instead of being kept as failed."""

_CANCELLED: Final = AnswerEnd("cancelled")


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
        self.ends = StoredEnds(archive)
        """How they ended."""
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

    def check_can_continue(self) -> None:
        """Makes sure that the model, as far as one is loaded, can go on with an answer.

        Raises:
            BadRequest: it can't.
        """
        model = self._engine.model
        if model is not None and not model.can_continue:
            raise BadRequest(cannot_continue(model.server))

    def show(self, stored: Conversation) -> tuple[Conversation, list[AnyEvent]]:
        """Returns a conversation with what is not on disk, and the events of its open turn.

        The open answer is empty: its text comes with the events.
        """
        turn = self.find(stored.summary.id)
        messages = [self.ends.complete(message) for message in stored.messages]
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
            await self.ends.store_again()
            turn = await self._start(conversation, turns[0])
        except StoreError as error:
            _logger.warning("a turn was not started: %s", loggable(conversation, error))
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
            if is_private(turn.conversation):
                # What was computed may stand in the error.
                _logger.error("an answer failed unexpectedly: %s", type(error).__name__)  # noqa: TRY400
            else:
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
        event: EndEvent
        if isinstance(outcome, _UNANSWERABLE) and turn.can_be_withdrawn:
            event = await self.ends.withdraw(turn, outcome)
        else:
            event = await self.ends.store(turn, ended)
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

    async def _start(self, conversation: int, queued: QueuedTurn) -> OpenTurn | None:
        """Starts a queued turn, or gives it back if its pictures or its preset can't be used."""
        try:
            options = await self._find_options(conversation, queued)
            pictures = queued.question.attachments
            if queued.kind in ASKING_KINDS:
                pictures = tuple(with_budget(pictures, options))
            measured = [await self._engine.measure(picture) for picture in pictures]
        except (ImageError, PresetNotFound) as error:
            restored = await self._archive.turns.remove_queued(conversation, queued.id)
            self._publish(tell_withdrawn(conversation, queued.id, error, restored))
            return None
        started = await self._archive.turns.start(
            queued.id, measured, is_private=is_private(conversation)
        )
        turn = OpenTurn(started, self._engine.model, options)
        self._publish(turn.start())
        for event in turn.replay():
            self._subscribers.publish_to_followers(conversation, event)
        return turn

    async def _find_options(self, conversation: int, queued: QueuedTurn) -> GenerationOptions:
        """Returns what counts for a turn that is about to start."""
        choices = await self._archive.find_choices((conversation,))
        return self._options.resolve(choices.get(conversation, NO_CHOICES), queued.options)

    async def _compute(self, turn: OpenTurn) -> AnswerEnd:
        stored = await self._archive.read_conversation(turn.conversation)
        asked = [message for message in stored.messages if message.id != turn.answer.id]
        turn.left_out_tokens = count_left_out(asked[:-1])
        prompt = await read_prompt(self._archive, asked, turn.options, turn.continued)
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
                await self._archive.turns.save_answer(turn.answer.id, turn.parts)
                await asyncio.sleep(SAVE_INTERVAL)
        except StoreError as error:
            turn.error = error
            turn.is_stopping = True
            self._engine.stop()

    def _publish(self, event: TurnStarted | EndEvent) -> None:
        self._subscribers.publish_to_followers(event.conversation, event)
        self._subscribers.changed.add(event.conversation)
