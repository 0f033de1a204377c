"""An asyncio loop beside the thread that waits for keys: the core is heard meanwhile."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs what the main thread asks for; a context."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(
        self,
        work: Coroutine[Any, Any, T],
        *,
        stop: Callable[[], Coroutine[Any, Any, object]] | None = None,
    ) -> T:
        """Returns what the work returns.

        Args:
            work: runs on the loop.
            stop: what the first Ctrl+C does; then the work is waited for again.

        Raises:
            KeyboardInterrupt: Ctrl+C was pressed where that stops nothing, or once more. The work
                goes on without anybody who waits.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            if stop is None:
                raise
        self.run(stop())
        return future.result()

    def call(self, work: Callable[[], T]) -> T:
        """Returns what a function returns that is called on the loop."""

        async def call() -> T:
            return work()

        return self.run(call())


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
