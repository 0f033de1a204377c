"""The worker programs of one process: started when needed, kept warm, ended.

A job that takes long has the lowest priority. One that takes too long, or hangs in the kernel on a
disk that does not answer, loses its worker.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

from PIL import Image

from ..errors import ImageError
from ..excerpt import WHOLE, Excerpt
from ..images import ImageSize
from ..stored_pixels import WantedPixels
from .jobs import CopyJob, Fed, Finished, Job, Overlay, PixelsJob, ThumbnailJob
from .process import WorkerProcess
from .turns import PATIENCE_SECONDS, Turns

_MOST_STUCK: Final = 32
_STUCK_SECONDS: Final = 5.0
"""Workers that were told to end so long ago hang in the kernel; with more, no job begins."""

_WARM_WORKERS: Final = 1
_WARM_SECONDS: Final = 5.0
"""So many idle workers stay for good, the others for so long: more pictures may come."""

_NO_PROCESS: Final = (OSError, MemoryError, RuntimeError)
"""What starting a process raises; the last where no thread can be started to wait for it."""


class PictureWorkers:
    """Reads pictures in other processes, which start when first needed and end with this one.

    A job whose caller was cancelled is still done, within its limits: the worker stays in step.
    """

    def __init__(self) -> None:
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._ended: dict[WorkerProcess, float] = {}
        self._jobs: set[asyncio.Task[tuple[Finished, bytes]]] = set()
        self._turns = Turns()
        self._cooling: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def pids(self) -> list[int]:
        """Processes of all workers that are idle or at work."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    async def start(self) -> None:
        """Starts a worker ahead of the first picture; it takes a tenth of a second.

        Where none can be started, the first picture says why.
        """
        if not self._idle and not self._busy:
            with suppress(*_NO_PROCESS):
                self._idle.append(await WorkerProcess.start())

    async def close(self) -> None:
        """Ends every worker and refuses every job, those at work included."""
        self._is_closed = True
        for worker in self._busy:
            worker.kill()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self._cancel_cooling()
        self._end_idle(kept=0)
        await asyncio.gather(*(worker.wait() for worker in self._ended))

    async def copy(
        self,
        source: Path,
        copy: Path | None,
        name: str,
        max_pixels: int,
        *,
        excerpt: Excerpt = WHOLE,
    ) -> Finished:
        """Copies the bytes of any file into an existing one; returns their sha256.

        With them it returns size and look of the excerpt, which is known to be whole.

        Args:
            source: the file.
            copy: takes the bytes; None if they are not to be copied nor hashed.
            name: what errors call it.
            max_pixels: a file with more is refused before it is decoded.
            excerpt: what of the file is decoded.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
            StoreError: the copy can't be written.
        """
        place = os.fsencode(copy) if copy else b""
        job = CopyJob(_encode(source), _as_text(name), max_pixels, place, excerpt)
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
        *,
        excerpt: Excerpt = WHOLE,
        fed: Fed | None = None,
        overlay: Overlay | None = None,
    ) -> tuple[Finished, bytes]:
        """Returns a small copy of any file: a palette PNG, or raw RGB.

        Args:
            path: the file.
            pixels: most pixels of the copy.
            form: of the bytes.
            max_pixels: a file with more is refused before it is decoded.
            known: `state` of the file when it was read last; if it is still that, there are no
                bytes.
            excerpt: what of the file is copied.
            fed: what a model was given of the file, to be copied in place of the file's own pixels.
            overlay: what is drawn over the copy.

        Raises:
            ImageError: the file is missing, can't be read or is no picture.
        """
        name = _as_text(path.name)
        what = (known, excerpt, fed, overlay)
        job = ThumbnailJob(_encode(path), name, max_pixels, pixels, form, *what)
        return await self._run(job)

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
        async with self._turns.wait(job) as take_memory:
            worker = await self._take_worker(job)
            with self._at_work(worker):
                self._check_open(job.name)
                fit = wanted.fit if wanted is not None else ImageSize
                try:
                    return await worker.carry_out(job, fit, take_memory)
                except ImageError:
                    self._check_open(job.name)
                    raise

    @contextmanager
    def _at_work(self, worker: WorkerProcess) -> Iterator[None]:
        """Keeps the worker for the next job once the block has ended, if it is of any use."""
        self._busy.add(worker)
        loop = asyncio.get_running_loop()
        giving_way = loop.call_later(PATIENCE_SECONDS, worker.give_way)
        try:
            yield
        finally:
            giving_way.cancel()
            self._busy.discard(worker)
            self._keep_or_end(worker)

    def _keep_or_end(self, worker: WorkerProcess) -> None:
        if not worker.is_usable:
            worker.kill()
            self._ended[worker] = time.monotonic()
            return
        self._idle.append(worker)
        self._cancel_cooling()
        loop = asyncio.get_running_loop()
        self._cooling = loop.call_later(_WARM_SECONDS, self._end_idle, _WARM_WORKERS)

    def _cancel_cooling(self) -> None:
        if self._cooling is not None:
            self._cooling.cancel()

    def _end_idle(self, kept: int) -> None:
        """Ends idle workers but for so many, those first that are good for one page alone."""
        self._idle.sort(key=lambda worker: worker.is_reserved)
        while len(self._idle) > kept or (self._idle and self._idle[-1].is_reserved):
            worker = self._idle.pop()
            worker.end()
            self._ended[worker] = time.monotonic()

    async def _take_worker(self, job: Job) -> WorkerProcess:
        """Returns an idle worker, that which keeps the job's page if there is one, or a new one.

        Raises:
            ImageError: there can be none now.
        """
        name = job.name
        self._check_open(name)
        stuck = self._count_stuck()
        if stuck > _MOST_STUCK:
            raise ImageError(
                f"{name} is not read while the system waits for {stuck} others on disks or network "
                "shares that do not answer; check these."
            )
        self._idle = [worker for worker in self._idle if worker.is_running]
        suited = [it for it in self._idle if it.kept_path == job.path or not it.is_reserved]
        suited.sort(key=lambda worker: worker.kept_path == job.path)
        if suited:
            self._idle.remove(suited[-1])
            return suited[-1]
        try:
            return await WorkerProcess.start()
        except _NO_PROCESS as error:
            raise ImageError(f"{name} can't be read now: {_why_no_process(error)}") from error

    def _count_stuck(self) -> int:
        """Returns how many workers should have ended long ago."""
        running = {it: since for it, since in self._ended.items() if it.is_running}
        self._ended = running
        return sum(time.monotonic() - since > _STUCK_SECONDS for since in running.values())

    def _check_open(self, name: str) -> None:
        if self._is_closed:
            raise ImageError(f"{name} was not read: the program is ending.")


def _why_no_process(error: Exception) -> str:
    """Returns what is lacking and what to do."""
    if isinstance(error, FileNotFoundError | PermissionError):
        return f"{sys.executable}, which decodes it, can't be run. Install seeshell again."
    reason = getattr(error, "strerror", None) or "no memory or no threads"
    return f"no process can be started for it ({reason}). Close other programs, then try again."


def _pixels_job(wanted: WantedPixels, form: Literal["rgb", "url"]) -> PixelsJob:
    name = _as_text(wanted.name)
    return PixelsJob(
        _encode(wanted.path), name, wanted.max_pixels, wanted.sha256, form, wanted.excerpt
    )


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
