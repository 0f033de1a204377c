"""Answers the rows of rolls: one after the other, the next one queued behind the one that runs.

Pictures of the rows to come are copied, checked and decoded in other processes while the engine is
at work, and the engine has the next prompt before it is done with the last. Answers are stored
beside that. A turn of a conversation, or a model to load, comes before the next row.
"""

import asyncio
import logging
from asyncio import Task
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from ...client_environment import ClientEnvironment
from ...errors import LoadCancelled, SeeshellError, StoreError
from ...messages.roll_events import RollChanged, RollRowChanged
from ...roll import Roll, RollRow, RollSummary
from ...store.roll_archive import RollArchive
from ..model_loader import ModelLoader
from ..subscribers import RollNumber, Subscribers
from .row_answering import EndedRow, RowAnswering
from .running_roll import RunningRoll

_logger = logging.getLogger(__name__)

_MOST_BEGUN: Final = 3
"""Rows that are being prepared or answered: one copy at a time, beside the reading of one more."""

_MOST_ASKED: Final = 2
"""Rows that the engine has: one that it computes and one that waits for that."""


class Rolling:
    """The rolls that run, in the order in which they were started."""

    def __init__(
        self,
        archive: RollArchive,
        rows: RowAnswering,
        loader: ModelLoader,
        subscribers: Subscribers,
        due: asyncio.Event,
    ) -> None:
        """Runs none yet.

        Args:
            archive: where rolls are stored.
            rows: answers them.
            loader: brings the models that they need.
            subscribers: hear of them.
            due: is set when there is something to do.
        """
        self._archive = archive
        self._rows = rows
        self._loader = loader
        self._subscribers = subscribers
        self._due = due
        self._running: dict[int, RunningRoll] = {}
        self.held = asyncio.Lock()
        """To be in while a roll is read and begun or followed: what is stored, what is told and
        what is kept here then tell of the same state."""
        self._problems: dict[int, str] = {}
        """Why rolls stopped by themselves."""
        self._works: dict[Task[EndedRow], RollRow] = {}
        self._places = asyncio.Semaphore(_MOST_ASKED)
        self._is_closing = False
        self._advancing: RunningRoll | None = None
        """The roll whose rows are being answered."""
        self._rests = asyncio.Event()
        """Set while no row is begun."""
        self._rests.set()

    @property
    def count(self) -> int:
        """Rolls that run."""
        return len(self._running)

    @property
    def is_running(self) -> bool:
        """Whether any roll runs."""
        return bool(self._running)

    @property
    def is_computing(self) -> bool:
        """Whether the engine works on a row."""
        return any(running.computing for running in self._running.values())

    def choose(self) -> RunningRoll | None:
        """Returns the roll whose rows are next; None where none runs."""
        return next(iter(self._running.values()), None)

    def find(self, roll: int) -> RunningRoll | None:
        """Returns a roll that runs; None for one that does not."""
        return self._running.get(roll)

    def begin(self, roll: Roll, environment: ClientEnvironment) -> None:
        """Lets the waiting rows of a roll be answered; one that runs takes them up.

        Args:
            roll: as it is stored now.
            environment: of the client that wants it, to reach a server.
        """
        running = self._running.get(roll.summary.id) or RunningRoll(roll, environment)
        running.take_up(roll)
        if running.is_done:
            return
        self._problems.pop(running.id, None)
        self._running[running.id] = running
        self._loader.retry()
        self._publish_roll(running)

    def show(self, roll: Roll) -> Roll:
        """Returns a stored roll with what is not on disk: that it runs, and which of its rows."""
        summary = self.summarise(roll.summary)
        running = self._running.get(summary.id)
        if running is None:
            return Roll(summary, roll.rows)
        rows = (
            replace(row, state="running") if row.position in running.computing else row
            for row in roll.rows
        )
        return Roll(summary, tuple(rows))

    def summarise(self, stored: RollSummary) -> RollSummary:
        """Returns the same of a roll without its rows."""
        is_running, problem = stored.id in self._running, self._problems.get(stored.id, "")
        return replace(stored, is_running=is_running, problem=problem)

    async def stop(self, roll: int) -> None:
        """Stops a roll, if it runs; returns when none of its rows is being answered."""
        running = self._running.get(roll)
        if running is None:
            return
        running.stop()
        if running is self._advancing:
            self._due.set()
            await running.ended.wait()
        elif not running.ended.is_set():
            self._end(running)

    async def settle(self, roll: int) -> None:
        """Returns when a roll that is being stopped has stopped."""
        running = self._running.get(roll)
        if running is not None and running.is_stopping:
            await running.ended.wait()

    async def close(self) -> None:
        """Stops all work on rows, which wait again."""
        self._is_closing = True
        self._due.set()
        await self._rests.wait()

    async def advance(self, running: RunningRoll, is_urgent: Callable[[], bool]) -> None:
        """Answers rows of a roll until something else is to be done, or none is left.

        Args:
            running: the roll.
            is_urgent: whether something else is to be done.
        """
        if not running.is_stopping and not self._has_model(running):
            return
        self._advancing = running
        self._rests.clear()
        try:
            await self._answer_rows(running, is_urgent)
        finally:
            self._advancing = None
            self._rests.set()
        if running.is_stopping or running.is_done:
            self._end(running)

    def _has_model(self, running: RunningRoll) -> bool:
        """Returns whether the roll's model can answer; asks for it, or stops the roll, if not."""
        wanted = self._loader.resolve(running.question.choices)
        error = self._loader.explain_absence(wanted)
        if error is not None:
            running.stop("" if isinstance(error, LoadCancelled) else str(error))
            self._end(running)
            return False
        if not self._loader.can_answer(wanted):
            self._loader.want(wanted, running.environment)
            return False
        return True

    async def _answer_rows(self, running: RunningRoll, is_urgent: Callable[[], bool]) -> None:
        while True:
            # Before the look at what is done: whatever ends later sets it again.
            self._due.clear()
            for task in [task for task in self._works if task.done()]:
                await self._take_in(running, self._works.pop(task), task)
            is_ending = self._is_closing or running.is_stopping
            if is_ending or is_urgent():
                self._give_way(running, is_ending=is_ending)
            else:
                self._begin_rows(running)
            if not self._works:
                return
            await self._due.wait()

    def _begin_rows(self, running: RunningRoll) -> None:
        while len(self._works) < _MOST_BEGUN and (row := running.begin()) is not None:
            task = asyncio.create_task(self._answer(running, row))
            task.add_done_callback(lambda _: self._due.set())
            self._works[task] = row

    def _give_way(self, running: RunningRoll, *, is_ending: bool) -> None:
        """Cancels what the engine does not work on yet; where all ends, everything."""
        for task, row in self._works.items():
            if is_ending or row.position not in running.computing:
                task.cancel()

    async def _answer(self, running: RunningRoll, row: RollRow) -> EndedRow:
        ready = await self._rows.prepare(row, running.question)
        if isinstance(ready, EndedRow):
            return ready
        async with self._places:
            return await self._rows.answer(
                ready, running.environment, lambda: self._note_begun(running, row)
            )

    def _note_begun(self, running: RunningRoll, row: RollRow) -> None:
        if row.position not in running.computing:
            running.computing.add(row.position)
            self._publish_row(running, replace(row, state="running"))

    async def _take_in(self, running: RunningRoll, row: RollRow, task: Task[EndedRow]) -> None:
        """Stores what came of a row, or lets it wait again: stopped, or not to be stored."""
        problem: BaseException | None = None
        if task.cancelled() or (problem := task.exception()) is not None:
            self._put_back(running, row, problem)
            return
        ended = task.result()
        async with self.held:
            try:
                await self._archive.end_row(running.id, ended.row)
            except StoreError as error:
                self._put_back(running, row, error)
                return
            running.end(ended.row, ended.error)
            self._publish_row(running, ended.row)
        if ended.row.state == "done" and not running.question.choices.model:
            await self._keep_model(running, ended.row)

    def _put_back(self, running: RunningRoll, row: RollRow, problem: BaseException | None) -> None:
        """Lets a row wait again; a problem that every other row would have too stops the roll."""
        is_told = row.position in running.computing
        waiting = running.put_back(row.position)
        if is_told:
            self._publish_row(running, waiting)
        if isinstance(problem, SeeshellError):
            running.stop(str(problem))
        elif problem is not None:
            _logger.error("a roll failed unexpectedly", exc_info=problem)
            running.stop(f"The roll failed ({problem!r}); the core's log says more.")

    async def _keep_model(self, running: RunningRoll, row: RollRow) -> None:
        """Lets a roll that has no model of its own keep the one that answered."""
        if row.answer is None:
            return
        choices = replace(
            running.question.choices, model=row.answer.model_source, adapter=row.answer.adapter
        )
        running.keep(choices)
        try:
            await self._archive.keep_model(running.id, choices)
        except StoreError as error:
            _logger.warning("roll %d has no model of its own: %s", running.id, error)

    def _end(self, running: RunningRoll) -> None:
        """Takes a roll out that is done or stopped."""
        del self._running[running.id]
        running.summary = replace(running.summary, is_running=False)
        if running.summary.problem:
            self._problems[running.id] = running.summary.problem
        _logger.info("roll %d rests: %s", running.id, running.summary.problem or "done or stopped")
        self._publish_roll(running)
        running.ended.set()

    def _publish_row(self, running: RunningRoll, row: RollRow) -> None:
        event = RollRowChanged(roll=running.id, row=row)
        self._subscribers.publish_to_followers(RollNumber(running.id), event)

    def _publish_roll(self, running: RunningRoll) -> None:
        self._subscribers.publish(RollChanged(roll=running.summary))
