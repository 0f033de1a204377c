"""The one thread that makes every MLX call: imports, loads, evaluates and frees.

MLX arrays belong to the thread and stream that made them, so nothing else may touch them.
"""

import asyncio
import logging
import sys
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

_logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class MlxThread:
    """Runs functions one after another on a thread of its own, and short ones in between."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mlx")
        self._waiting: set[object] = set()
        self._short: deque[_ShortFunction[Any]] = deque()
        self._is_closed = False

    def run(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Returns the future of a function that runs when those before it have ended."""
        ticket = object()

        def start() -> Result:
            self._waiting.discard(ticket)
            self.pause()
            return _freeing_frames(function)

        self._waiting.add(ticket)
        future = asyncio.get_running_loop().run_in_executor(self._executor, start)
        # A function that was cancelled before its turn never starts.
        future.add_done_callback(lambda _: self._waiting.discard(ticket))
        return future

    def run_between(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Returns the future of a short function that runs before those that wait.

        It runs as soon as the function that runs now calls `pause`.
        """
        short = _ShortFunction(function)
        self._short.append(short)
        self._executor.submit(self.pause)
        return asyncio.wrap_future(short.future)

    def pause(self) -> None:
        """Runs the short functions that wait; called on the thread, between two steps."""
        while self._short:
            self._short.popleft().run()

    def run_when_idle(self, function: Callable[[], bool]) -> None:
        """Runs a function again and again until it says that it is done, or others wait.

        It begins when those before it have ended, and not at all where the thread was closed.

        Args:
            function: returns soon where `is_wanted`.
        """

        def start() -> None:
            is_done = False
            while not is_done and not self._waiting:
                self.pause()
                is_done = _freeing_frames(function)

        if not self._is_closed:
            self._executor.submit(start).add_done_callback(_log_failure)

    def has_next(self) -> bool:
        """Whether a function waits for the one that runs now; may be asked by any thread."""
        return bool(self._waiting)

    def is_wanted(self) -> bool:
        """Whether anything waits, a short function or a long one; may be asked by any thread."""
        return bool(self._waiting or self._short)

    def close(self) -> None:
        """Ends the thread as soon as the functions given so far have run."""
        self._is_closed = True
        self._executor.submit(_clear_streams)
        self._executor.shutdown(wait=False)


class _ShortFunction(Generic[Result]):
    """A function and the future of its result."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self.future: Future[Result] = Future()

    def run(self) -> None:
        """Runs the function unless its future was cancelled; what it raises is the future's."""
        if self.future.set_running_or_notify_cancel():
            try:
                self.future.set_result(_freeing_frames(self._function))
            except BaseException as error:  # noqa: BLE001 - as an executor does
                self.future.set_exception(error)


def _log_failure(idle: Future[None]) -> None:
    if error := idle.exception():
        _logger.error("work while the engine was idle failed", exc_info=error)


def _clear_streams() -> None:
    """Frees what MLX keeps for the thread, as it asks for at the end of each.

    Else its C++ destructors do so once the thread's Python has ended. The one of the random state
    needs the GIL, and asking an interpreter for it that is ending aborts the process.
    """
    if mlx := sys.modules.get("mlx.core"):
        mlx.clear_streams()


def _freeing_frames(function: Callable[[], Result]) -> Result:
    """Runs the function; should it raise, what its frames hold is freed here, on the thread."""
    try:
        return function()
    except BaseException as error:
        free_frames(error)
        raise


def free_frames(error: BaseException) -> None:
    """Frees what the frames hold that an error has passed through, and those of its causes."""
    link: BaseException | None = error
    while link is not None:
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
