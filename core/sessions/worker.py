"""What the engine does next: loads before turns, turns before rows of rolls, work ahead last."""

import asyncio

from .model_loader import ModelLoader
from .prompt_messages import NextTurn
from .rolls.rolling import Rolling
from .serving import Serving
from .stay_awake import StayAwake
from .turn_order import TurnOrder
from .work_ahead import WorkAhead


class Worker:
    """Keeps the engine at work."""

    def __init__(
        self,
        loader: ModelLoader,
        order: TurnOrder,
        serving: Serving,
        rolling: Rolling,
        ahead: WorkAhead,
        due: asyncio.Event,
    ) -> None:
        """Makes a worker.

        Args:
            loader: knows which model is wanted.
            order: knows which turn is next.
            serving: has it answered.
            rolling: has rows of rolls answered.
            ahead: what to compute while nothing else is to be done.
            due: set by all of these when there may be something else to do.
        """
        self._loader = loader
        self._order = order
        self._serving = serving
        self._rolling = rolling
        self._ahead = ahead
        self._due = due
        self._awake = StayAwake()
        self._is_closing = False

    @property
    def is_busy(self) -> bool:
        """Whether a turn is open or waits for the engine, a roll runs, or a model is loaded."""
        return self._is_wanted or self._rolling.is_running

    @property
    def is_answering(self) -> bool:
        """Whether a turn is open or waits for the engine, or a roll runs."""
        return bool(self._serving.open_turns) or self._rolling.is_running

    @property
    def is_preparing(self) -> bool:
        """Whether the engine computes ahead, or is about to."""
        return not self.is_busy and self._ahead.choose() is not None

    async def run(self) -> None:
        """Loads, answers and prepares for ever."""
        while not self._is_closing:
            self._due.clear()
            if self._loader.is_behind:
                await self._loader.catch_up()
                self._ahead.start_over()
            elif (due := await self._order.choose()) is not None:
                if not self._is_closing:
                    self._awake.begin()
                    await self._serving.serve(due)
                    self._ahead.start_over()
            elif (roll := self._rolling.choose()) is not None:
                self._awake.begin()
                await self._rolling.advance(roll, lambda: self._is_wanted)
                self._ahead.start_over()
            else:
                self._awake.end()
                await self._rest()

    async def close(self) -> None:
        """Stops the open turn and takes no other one; returns when all is stored."""
        self._is_closing = True
        self._due.set()
        await self._rolling.close()
        await self._serving.close()
        await self._awake.close()

    @property
    def _is_wanted(self) -> bool:
        """Whether there is something to do that comes before the rows of a roll."""
        return bool(self._serving.open_turns) or self._loader.is_behind

    async def _rest(self) -> None:
        """Prepares what clients may ask next, until something else is to be done."""
        turn = self._ahead.choose()
        if turn is not None:
            await self._prepare(turn)
        else:
            await self._due.wait()

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
