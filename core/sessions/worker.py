"""What the engine does next: one thing at a time, loads before turns, turns before work ahead."""

import asyncio
import logging
from typing import Final

from ..errors import StoreError
from .answering import Answering
from .model_loader import ModelLoader
from .prompt_messages import NextTurn
from .queue import Queues
from .work_ahead import WorkAhead

_logger = logging.getLogger(__name__)

_STOP_PATIENCE: Final = 10.0
"""Seconds that a closing core waits for the engine to leave an answer."""


class Worker:
    """Keeps the engine at work."""

    def __init__(
        self,
        queues: Queues,
        answering: Answering,
        loader: ModelLoader,
        ahead: WorkAhead,
        due: asyncio.Event,
    ) -> None:
        """Makes a worker.

        Args:
            queues: of turns.
            answering: computes them.
            loader: knows which model is wanted.
            ahead: what to compute while nothing else is to be done.
            due: set by all of these when there may be something else to do.
        """
        self._queues = queues
        self._answering = answering
        self._loader = loader
        self._ahead = ahead
        self._due = due
        self._is_closing = False

    @property
    def is_busy(self) -> bool:
        """Whether a turn is open or waits for the engine, or a model is being loaded."""
        return bool(self.open_turns) or self._loader.is_behind

    @property
    def open_turns(self) -> int:
        """Turns that run or wait for the engine."""
        return len(self._queues.order) + (self._answering.running is not None)

    @property
    def is_preparing(self) -> bool:
        """Whether the engine computes ahead, or is about to."""
        return not self.is_busy and self._ahead.choose() is not None

    async def run(self) -> None:
        """Loads, answers and prepares for ever."""
        await self._queues.read()
        while not self._is_closing:
            self._due.clear()
            if self._loader.is_behind:
                await self._loader.load()
                self._ahead.start_over()
            elif (conversation := self._queues.order.next()) is not None:
                await self._answer(conversation)
                self._ahead.start_over()
            elif (turn := self._ahead.choose()) is not None:
                await self._prepare(turn)
            else:
                await self._due.wait()

    async def close(self) -> None:
        """Stops the open turn and takes no other one; returns when all is stored."""
        self._is_closing = True
        self._due.set()
        turn = None
        try:
            async with asyncio.timeout(_STOP_PATIENCE):
                # One that is just being taken is open when it has been.
                async with self._queues.hold(self._queues.order.served):
                    turn = self._answering.running
                if turn is not None:
                    await self._answering.stop(turn)
                await self._answering.store_again()
        except StoreError as error:
            _logger.warning("an answer is lost from its last save on: %s", error)
        except TimeoutError:
            _logger.warning("the engine did not leave its answer in %s s", _STOP_PATIENCE)
            if turn is not None and not turn.ended.is_set():
                await self._answering.cancel(turn)

    async def _answer(self, conversation: int) -> None:
        """Answers the first turn of the conversation's queue."""
        self._queues.begin(conversation)
        try:
            async with self._queues.hold(conversation):
                turn = await self._answering.take(conversation)
                self._answering.running = turn
            if turn is None:
                return
            outcome = self._loader.explain_absence() or await self._answering.answer(turn)
            async with self._queues.hold(conversation):
                await self._answering.end(turn, outcome)
        finally:
            self._queues.end()

    async def _prepare(self, turn: NextTurn) -> None:
        """Prepares a turn until something else is to be done."""
        task = asyncio.create_task(self._ahead.prepare(turn))
        task.add_done_callback(lambda _: self._due.set())
        try:
            while not task.done():
                self._due.clear()
                is_wanted = self._ahead.choose() == turn and not self._ahead.is_outdated
                if self._is_closing or self.is_busy or not is_wanted:
                    task.cancel()
                await self._due.wait()
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        if not task.cancelled():
            self._ahead.end(turn, task.exception())
