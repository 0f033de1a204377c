"""The worker programs of one process: few, warm, and never in each other's way.

A job that takes long lets others start beside it. One that takes too long, or hangs in the kernel
on a disk that does not answer, loses its worker. Jobs that take much memory wait for each other.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Literal
from weakref import WeakValueDictionary

from PIL import Image

from ..errors import ImageError
from ..images import ImageSize, WantedPixels
from .jobs import CopyJob, Finished, Job, PixelsJob, ThumbnailJob
from .process import WorkerProcess

_AT_ONCE: Final = 2
"""Jobs of a kind at a time: an answer's pictures never wait behind those being attached."""

_PATIENCE_SECONDS: Final = 0.25
"""A job that takes longer gives way: others start beside it, and computing is theirs first."""

_MOST_WORKERS: Final = 12
"""Jobs at a time in any case. An idle worker, or one that waits, takes 25 MB."""

_MOST_OF_A_FOLDER: Final = 4
"""Jobs at a time for files of one folder: all of them may lie where nothing answers."""

_MOST_STUCK: Final = 32
"""Workers that were told to end and that the kernel does not let go; with more, no job begins."""

_WARM_WORKERS: Final = 1
"""Idle workers that stay."""

_SMALL_BYTES: Final = 256 * 2**20
"""Jobs that take more memory are done one at a time."""


class PictureWorkers:
    """Reads pictures in other processes, which start when first needed and end with this one.

    A job whose caller was cancelled is still done, within its limits: the worker stays in step.
    """

    def __init__(self) -> None:
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._ended: set[WorkerProcess] = set()
        self._jobs: set[asyncio.Task[tuple[Finished, bytes]]] = set()
        self._places = asyncio.Semaphore(_MOST_WORKERS)
        self._folders: WeakValueDictionary[bytes, asyncio.Semaphore] = WeakValueDictionary()
        self._turns = {
            kind: asyncio.Semaphore(_AT_ONCE) for kind in (CopyJob, PixelsJob, ThumbnailJob)
        }
        self._memory = asyncio.Lock()
        self._is_closed = False

    @property
    def pids(self) -> list[int]:
        """Processes of all workers that are idle or at work."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    async def start(self) -> None:
        """Starts a worker ahead of the first picture; it takes a tenth of a second."""
        if not self._idle and not self._busy:
            self._idle.append(await WorkerProcess.start())

    async def close(self) -> None:
        """Ends every worker and refuses every job, those at work included."""
        self._is_closed = True
        for worker in self._idle:
            worker.end()
        self._ended.update(self._idle)
        self._idle.clear()
        for worker in self._busy:
            worker.kill()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await asyncio.gather(*(worker.wait() for worker in self._ended))

    async def copy(self, source: Path, copy: Path, name: str, max_pixels: int) -> Finished:
        """Copies the bytes of any file into an existing one; returns their sha256 and the size.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
            StoreError: the copy can't be written.
        """
        job = CopyJob(_encode(source), _as_text(name), max_pixels, os.fsencode(copy))
        finished, _ = await self._run(job)
        return finished

    async def read_pixels(self, wanted: WantedPixels) -> Image.Image:
        """Returns the pixels of a stored picture as RGB.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        finished, payload = await self._run(_pixels_job(wanted, "rgb"), wanted)
        return Image.frombytes("RGB", finished.payload_size, payload)

    async def read_url(self, wanted: WantedPixels) -> str:
        """Returns the pixels of a stored picture as a data URL.

        Raises:
            ImageError: the file can't be read, or is not the one that was attached.
        """
        _, payload = await self._run(_pixels_job(wanted, "url"), wanted)
        return payload.decode("ascii")

    async def shrink(
        self,
        path: Path,
        pixels: int,
        form: Literal["png", "rgb"],
        max_pixels: int,
        known: tuple[int, int] = (0, 0),
    ) -> tuple[Finished, bytes]:
        """Returns a small copy of any file: a palette PNG, or raw RGB.

        Args:
            path: the file.
            pixels: most pixels of the copy.
            form: of the bytes.
            max_pixels: a file with more is refused before it is decoded.
            known: `state` of the file when it was read last; if it is still that, there are no
                bytes.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
        """
        name = _as_text(path.name)
        return await self._run(ThumbnailJob(_encode(path), name, max_pixels, pixels, form, known))

    async def _run(self, job: Job, wanted: WantedPixels | None = None) -> tuple[Finished, bytes]:
        task = asyncio.create_task(self._wait_and_carry_out(job, wanted))
        self._jobs.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: "asyncio.Task[tuple[Finished, bytes]]") -> None:
        self._jobs.discard(task)
        if not task.cancelled():
            # Asked for so that asyncio does not report it as lost.
            task.exception()

    async def _wait_and_carry_out(
        self, job: Job, wanted: WantedPixels | None
    ) -> tuple[Finished, bytes]:
        folder = self._folders.setdefault(
            os.path.dirname(job.path),  # noqa: PTH120 - bytes
            asyncio.Semaphore(_MOST_OF_A_FOLDER),
        )
        async with folder, self._turn(job), self._places:
            worker = await self._take_worker(job.name)
            with self._at_work(worker):
                self._check_open(job.name)
                fit = wanted.fit if wanted is not None else ImageSize
                try:
                    return await worker.carry_out(job, fit, self._take_memory)
                except ImageError:
                    self._check_open(job.name)
                    raise

    @asynccontextmanager
    async def _turn(self, job: Job) -> AsyncIterator[None]:
        """Waits for a turn; when patience is over, the next job of the kind has its own."""
        turns, loop = self._turns[type(job)], asyncio.get_running_loop()
        await turns.acquire()
        next_turn = loop.call_later(_PATIENCE_SECONDS, turns.release)
        try:
            yield
        finally:
            if next_turn.when() > loop.time():
                next_turn.cancel()
                turns.release()

    @contextmanager
    def _at_work(self, worker: WorkerProcess) -> Iterator[None]:
        """Keeps the worker for the next job once the block has ended, if it is of any use."""
        self._busy.add(worker)
        loop = asyncio.get_running_loop()
        giving_way = loop.call_later(_PATIENCE_SECONDS, worker.give_way)
        try:
            yield
        finally:
            giving_way.cancel()
            self._busy.discard(worker)
            self._keep_or_end(worker)

    def _keep_or_end(self, worker: WorkerProcess) -> None:
        if not worker.is_usable:
            worker.kill()
        elif len(self._idle) < _WARM_WORKERS and not self._is_closed:
            self._idle.append(worker)
            return
        else:
            worker.end()
        self._ended.add(worker)

    @asynccontextmanager
    async def _take_memory(self, needed_bytes: int) -> AsyncIterator[None]:
        if needed_bytes <= _SMALL_BYTES:
            yield
            return
        async with self._memory:
            yield

    async def _take_worker(self, name: str) -> WorkerProcess:
        """Returns an idle worker, or a new one.

        Raises:
            ImageError: there can be none now.
        """
        self._check_open(name)
        self._ended = {worker for worker in self._ended if worker.is_running}
        if len(self._ended) > _MOST_STUCK:
            raise ImageError(
                f"{name} is not read while the system waits for {len(self._ended)} others on disks "
                "or network shares that do not answer; check these."
            )
        while self._idle:
            worker = self._idle.pop()
            if worker.is_running:
                return worker
        try:
            return await WorkerProcess.start()
        except OSError as error:
            raise ImageError(
                f"{name} can't be read now: no process can be started for it ({error.strerror})."
            ) from error

    def _check_open(self, name: str) -> None:
        if self._is_closed:
            raise ImageError(f"{name} was not read: the program is ending.")


def _pixels_job(wanted: WantedPixels, form: Literal["rgb", "url"]) -> PixelsJob:
    name = _as_text(wanted.name)
    return PixelsJob(_encode(wanted.path), name, wanted.max_pixels, wanted.sha256, form)


def _as_text(name: str) -> str:
    """Returns a name whose bytes need not be text as one that can travel."""
    return name.encode(errors="replace").decode()


def _encode(path: Path) -> bytes:
    """Returns the path as the system takes it.

    Raises:
        ImageError: it holds what no path can.
    """
    try:
        return os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ImageError(f"{_as_text(str(path))} does not exist; check the path.") from error
