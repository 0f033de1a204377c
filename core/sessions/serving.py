"""What is done for the turns that wait: each is answered by its model once that is loaded."""

import asyncio
import logging
from typing import Final

from ..engine.engine import AnswerEnd
from ..errors import LoadCancelled, ModelError, StoreError
from .answered_models import AnsweredModels
from .answering import Answering
from .model_loader import ModelLoader
from .queue import Queues
from .turn_order import DueTurn

_logger = logging.getLogger(__name__)

_STOP_PATIENCE: Final = 10.0
"""Seconds that a closing core waits for the engine to leave an answer."""


class Serving:
    """Takes turns from their queues when they are due, one at a time."""

    def __init__(
        self,
        queues: Queues,
        answering: Answering,
        loader: ModelLoader,
        models: AnsweredModels,
    ) -> None:
        """Serves nobody yet.

        Args:
            queues: of turns.
            answering: computes them.
            loader: brings the models that they need.
            models: notes what their answers say of these.
        """
        self._queues = queues
        self._answering = answering
        self._loader = loader
        self._models = models

    @property
    def open_turns(self) -> int:
        """Turns that run or wait for the engine."""
        return len(self._queues.order) + (self._answering.running is not None)

    async def serve(self, due: DueTurn) -> None:
        """Answers a turn, or asks for the model that it needs.

        Where that can't be loaded the turn fails with the reason; where the user gave the load up
        it is paused.
        """
        conversation, wanted = due
        error = self._loader.explain_absence(wanted)
        if isinstance(error, LoadCancelled):
            async with self._queues.hold(conversation):
                await self._queues.pause(conversation)
        elif error is not None or self._loader.can_answer(wanted):
            await self._answer(conversation, error)
        elif turns := self._queues.order.find(conversation).turns:
            self._loader.want(wanted, self._answering.environments.find(turns[0].id))

    async def close(self) -> None:
        """Stops the open turn; returns when all is stored."""
        turn = None
        try:
            async with asyncio.timeout(_STOP_PATIENCE):
                # One that is just being taken is open when it has been.
                async with self._queues.hold(self._queues.order.served):
                    turn = self._answering.running
                if turn is not None:
                    await self._answering.stop(turn)
                await self._answering.ends.store_again()
        except StoreError as error:
            _logger.warning("an answer is lost from its last save on: %s", error)
        except TimeoutError:
            _logger.warning("the engine did not leave its answer in %s s", _STOP_PATIENCE)
            if turn is not None and not turn.ended.is_set():
                await self._answering.cancel(turn)

    async def _answer(self, conversation: int, error: ModelError | None) -> None:
        """Answers the first turn of the conversation's queue, or lets it fail for an error."""
        self._queues.begin(conversation)
        try:
            async with self._queues.hold(conversation):
                turn = await self._answering.take(conversation)
                self._answering.running = turn
            if turn is None:
                return
            if error is not None:
                # None answers it, whichever is loaded.
                turn.model = None
            outcome = error or await self._answering.answer(turn)
            if isinstance(outcome, AnswerEnd):
                await self._models.note(turn, outcome.stats)
            async with self._queues.hold(conversation):
                await self._answering.end(turn, outcome)
        finally:
            self._queues.end()
