"""Files on their way from the hub into the cache, several at once, counted together."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from huggingface_hub import hf_hub_download

from ...errors import ModelError
from ..progress import LoadProgress
from .connections import Token, stop_requests

_AT_ONCE: Final = 8
"""Files that are fetched beside each other."""

_PATIENCE: Final = 1.0
"""Seconds without a file until the last report is repeated."""


@dataclass(frozen=True)
class RemoteSnapshot:
    """One version of a repository on the hub."""

    repository: str
    revision: str
    """Commit hash."""
    token: Token

    def fetch(self, name: str, bar: "type[Any] | None" = None) -> Path:
        """Returns a file's path in the cache; downloads it where it is missing."""
        path = hf_hub_download(
            self.repository,
            name,
            revision=self.revision,
            token=self.token.value,
            library_name="seeshell",
            tqdm_class=bar,
        )
        return Path(path)


class Counter:
    """Adds up bytes from several download threads and reports whole percents."""

    def __init__(self, stage: str, total: int, report: Callable[[LoadProgress], None]) -> None:
        """Counts from 0.

        Args:
            stage: of the reports.
            total: bytes to come.
            report: called from several threads, never twice at once. What it raises ends the
                download whose bytes it was told of.
        """
        self._stage = stage
        self._total = max(total, 1)
        self._report = report
        self._done = 0.0
        self._percent = 0
        self._is_stopped = False
        self._lock = Lock()

    def add(self, count: float) -> None:
        """Counts bytes that came, or went where a file is begun again."""
        with self._lock:
            if self._is_stopped:
                raise ModelError("The download was given up.")
            self._done += count
            percent = min(100, int(100 * self._done / self._total))
            if percent > self._percent:
                self._percent = percent
                self._report(self._progress())

    def repeat(self) -> None:
        """Reports what was reported last: nothing may come for long, and somebody give up."""
        with self._lock:
            self._report(self._progress())

    def stop(self) -> None:
        """Ends the downloads that still count."""
        with self._lock:
            self._is_stopped = True

    def _progress(self) -> LoadProgress:
        return LoadProgress(self._stage, self._percent / 100, self._total)


def fetch_all(snapshot: RemoteSnapshot, names: Iterable[str], counter: Counter) -> None:
    """Downloads files; the first that fails ends the others."""
    bar = _bar_class(counter)
    pool = ThreadPoolExecutor(_AT_ONCE, "hub")
    try:
        # Each thread works in the caller's context, where the connections to the hub are.
        tasks = [pool.submit(copy_context().run, snapshot.fetch, name, bar) for name in names]
        waiting = set(tasks)
        while waiting:
            done, waiting = wait(waiting, _PATIENCE, FIRST_COMPLETED)
            for task in done:
                task.result()
            counter.repeat()
    except BaseException:
        counter.stop()
        stop_requests()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _bar_class(counter: Counter) -> type[Any]:
    """Returns a progress bar for the hub's client that draws nothing and feeds the counter."""

    class Bar:
        """What the client calls of a bar that stands for several files."""

        def __init__(self, *_: Any, initial: float = 0, **__: Any) -> None:
            self.update(initial)

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def update(self, n: float | None = 1) -> None:
            if n:
                counter.add(n)

        def update_transfer(self, n: float | None = 1) -> None:
            """Bytes from the network, which may be fewer than those of the file."""

        def set_postfix_str(self, *_: Any, **__: Any) -> None:
            """Speeds are not shown."""

        set_transfer_postfix_str = set_postfix_str

        def close(self) -> None:
            """The counter outlives it."""

    return Bar
