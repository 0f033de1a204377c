"""The one thread that makes every MLX call: imports, loads, evaluates and frees.

MLX arrays belong to the thread and stream that made them, so nothing else may touch them.
"""

import asyncio
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class MlxThread:
    """Runs functions one after another on a thread of its own."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mlx")
        self._waiting: set[object] = set()

    def run(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Returns the future of a function that runs when those before it have ended."""
        ticket = object()

        def start() -> Result:
            self._waiting.discard(ticket)
            return _freeing_frames(function)

        self._waiting.add(ticket)
        future = asyncio.get_running_loop().run_in_executor(self._executor, start)
        # A function that was cancelled before its turn never starts.
        future.add_done_callback(lambda _: self._waiting.discard(ticket))
        return future

    def is_wanted(self) -> bool:
        """Whether a function waits for the one that runs now; may be asked by any thread."""
        return bool(self._waiting)

    def close(self) -> None:
        """Ends the thread as soon as the functions given so far have run."""
        self._executor.submit(_clear_streams)
        self._executor.shutdown(wait=False)


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
        link: BaseException | None = error
        while link is not None:
            traceback.clear_frames(link.__traceback__)
            link = link.__cause__ or link.__context__
        raise
