"""A roll as `seeshell ask --each` follows it: rows printed in order, Ctrl+C, and how to go on."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

from ...core.errors import CoreDied, CoreError, OutputError
from ...core.ipc.client import CoreClient
from ...core.messages.events import CoreStatus
from ...core.messages.requests import GetStatus
from ...core.messages.roll_events import RollDeleted, RollOpened
from ...core.messages.roll_requests import OpenRoll, ResumeRoll, RetryRows, StartRoll, StopRoll
from ...core.roll import Roll
from ...core.wording import describe_wait
from ..session.shown_roll import ShownRoll
from .core_news import CoreNews
from .exit_status import COMPLETE, ERROR, INTERRUPTED
from .output import Output
from .replies import reply_to
from .row_formats import RowFormat

MakeFormat = Callable[[Roll], RowFormat]
"""Returns what prints the rows of a roll."""


class FollowedRoll(CoreNews):
    """Prints the rows of one roll; Ctrl+C stops it, and it can be resumed."""

    def __init__(
        self,
        client: CoreClient,
        output: Output,
        make_format: MakeFormat,
        resume_options: str | None,
    ) -> None:
        """Follows none yet.

        Args:
            client: a connection to the core.
            output: of the command.
            make_format: returns what prints the rows.
            resume_options: what the command that resumes needs behind the roll's number; None
                where the same command resumes.
        """
        super().__init__(output)
        self._client = client
        self._make_format = make_format
        self._resume_options = resume_options
        self.roll: ShownRoll | None = None
        """The roll, once it was opened."""
        self._printed = 0
        """Rows from the first one on that were printed."""
        self._is_interrupted = False
        self._stopping: asyncio.Task[None] | None = None

    async def start(self, start: StartRoll) -> int:
        """Starts a roll, prints its rows and returns the exit status."""
        return await self._follow(start)

    async def resume(self, roll: int, *, retries: bool) -> int:
        """Resumes a roll, prints all its rows, and returns the exit status.

        Args:
            roll: its id.
            retries: whether rows that failed are asked again.
        """
        if retries:
            await self._client.request(RetryRows(roll=roll))
        await self._client.request(ResumeRoll(roll=roll))
        return await self._follow(OpenRoll(roll=roll))

    async def _follow(self, request: StartRoll | OpenRoll) -> int:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            roll = await self._open(request)
            self.announce(await self._read_notice())
            if self._is_interrupted:
                self._stopping = asyncio.create_task(self._stop())
            await self._print_rows(roll)
            return self._end(roll)
        except (BrokenPipeError, OutputError):
            await self._stop()
            raise
        except CoreDied as error:
            self._output.notice(f"seeshell: {error}\n{error.log_tail}".strip())
            if self.roll is not None:
                self._tell_resuming(self.roll, "Go on with")
            return ERROR
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _open(self, request: StartRoll | OpenRoll) -> ShownRoll:
        opened = await reply_to(self._client, request, RollOpened)
        self.roll = ShownRoll(opened.roll)
        self._format = self._make_format(opened.roll)
        return self.roll

    async def _read_notice(self) -> str:
        status = await self._client.request(GetStatus())
        return status.model_notice if isinstance(status, CoreStatus) else ""

    async def _print_rows(self, roll: ShownRoll) -> None:
        """Prints each row as soon as it and all before it have ended, until the roll rests."""
        self._format.begin()
        self._print_ready(roll)
        if not roll.summary.is_running:
            return
        async for event in self._client.events():
            if isinstance(event, RollDeleted) and event.roll == roll.id:
                raise CoreError("The roll was deleted; its rows are gone.")
            if roll.take_in(event) is None:
                self.show_news(event)
            self._print_ready(roll)
            if not roll.summary.is_running:
                return
            self._show_progress(roll)
        raise CoreDied("The core closed the connection before the last row had ended.")

    def _print_ready(self, roll: ShownRoll) -> None:
        while self._printed < len(roll.rows) and roll.rows[self._printed].answer is not None:
            self._format.add(roll.rows[self._printed])
            self._printed += 1

    def _show_progress(self, roll: ShownRoll) -> None:
        summary = roll.summary
        words = [f"{summary.done + summary.failed} of {summary.rows}"]
        if summary.failed:
            words.append(f"{summary.failed} failed")
        if roll.seconds_each is not None and roll.seconds_left is not None:
            words += [f"{roll.seconds_each:.2g} s each", f"{describe_wait(roll.seconds_left)} left"]
        self._output.progress(" · ".join(words))

    def _end(self, roll: ShownRoll) -> int:
        """Prints the rows behind the first that has no answer, and says how to go on."""
        for row in roll.rows[self._printed :]:
            if row.answer is not None:
                self._format.add(row)
        summary = roll.summary
        if summary.waiting:
            if summary.problem:
                self._output.notice(f"seeshell: {summary.problem}")
            told = f"Stopped after {summary.rows - summary.waiting} of {summary.rows}; go on with"
            self._tell_resuming(roll, told)
        elif summary.failed:
            told = f"{summary.failed} of {summary.rows} failed; try them again with"
            self._tell_resuming(roll, told, " --retry")
        if self._is_interrupted:
            return INTERRUPTED
        return COMPLETE if roll.is_complete else ERROR

    def _tell_resuming(self, roll: ShownRoll, told: str, more: str = "") -> None:
        if self._resume_options is None:
            return
        command = f"seeshell ask --resume-roll {roll.id}{more}{self._resume_options}"
        self._output.notice(f"seeshell: {told}: {command}")

    def _interrupt(self) -> None:
        """Stops the roll at the first Ctrl+C; the second one ends the command."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._is_interrupted = True
        if self.roll is not None:
            self._stopping = asyncio.create_task(self._stop())

    async def _stop(self) -> None:
        if self.roll is not None:
            with suppress(CoreError):  # the core ended by itself
                await self._client.request(StopRoll(roll=self.roll.id))
