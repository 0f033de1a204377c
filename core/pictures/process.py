"""One worker program as its parent sees it: asked, timed and ended."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, SubprocessStreamProtocol
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

import msgspec

from ..errors import ImageError, StoreError
from ..images import Fit
from ..undecodable import UNDECODABLE
from .jobs import LONGEST_LINE, Decoded, Failed, Finished, Job, Ready, Reply, StillReading

SILENCE_SECONDS: Final = 10.0
"""A disk or network share from which no byte comes for so long does not answer."""

READ_SECONDS: Final = 120.0
"""Longest that reading a file may take, however slowly its bytes come."""

COMPUTE_SECONDS: Final = 30
"""Longest that a processor may work at a picture; 200 megapixels as PNG take it about 3."""

DECODE_SECONDS: Final = 120.0
"""Longest that decoding may take, others' work on the processors and a slow disk included."""

_CLOSE_SECONDS: Final = 0.5

_GIVEN_WAY: Final = 10
_LOWEST_PRIORITY: Final = 19

_PROGRAM: Final = f"{__package__}.worker"

_SILENT: Final = (
    "can't be read: its disk or network share does not answer. Check it, or copy the picture to "
    "another place."
)
_SLOW: Final = "takes too long to decode; save it again as a plain JPEG or PNG."
_UNABLE: Final = (
    "can't be read now: the picture decoder can't run. Close other programs, then try again; if "
    "that does not help, install seeshell again."
)
_DEADLY: Final = "ended the picture decoder; convert it to JPEG and attach that."

TakeMemory = Callable[[int], AbstractAsyncContextManager[None]]
"""Gives so many bytes of memory to a decoder for the time of the block."""


class WorkerProcess:
    """A running worker program. It does one job at a time."""

    def __init__(self, transport: asyncio.SubprocessTransport, process: Process) -> None:
        self._transport = transport
        self._process = process
        self._gives_way = False
        self._job_path = b""
        self.kept_path = b""
        """File of which it keeps a page; empty for none."""
        self._has_answered = False
        self.is_usable = True
        """Whether it waits for a job, as far as it has said."""

    @classmethod
    async def start(cls) -> "WorkerProcess":
        """Starts a worker; it is ready in a tenth of a second."""
        loop = asyncio.get_running_loop()
        # -P: a folder `PIL` where the user happens to stand is never imported.
        transport, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(LONGEST_LINE, loop),
            *(sys.executable, "-P", "-m", _PROGRAM, str(COMPUTE_SECONDS)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        return cls(transport, Process(transport, protocol, loop))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process.returncode is None

    async def carry_out(
        self, job: Job, fit: Fit, take_memory: TakeMemory
    ) -> tuple[Finished, bytes]:
        """Returns what came of the job.

        Raises:
            ImageError: the picture can't be read, takes too long, or ended the worker.
            StoreError: its copy can't be written.
        """
        self.is_usable = False
        self._job_path = job.path
        sentence = _SILENT
        try:
            reply = await self._read_file(job)
            if not isinstance(reply, Ready):
                return await self._end(reply)
            async with take_memory(reply.needed_bytes):
                sentence = _SLOW
                async with asyncio.timeout(DECODE_SECONDS):
                    return await self._decode(fit)
        except TimeoutError as error:
            raise ImageError(f"{job.name} {sentence}") from error
        except (OSError, EOFError, asyncio.LimitOverrunError, *UNDECODABLE) as error:
            await self.wait()
            raise ImageError(f"{job.name} {self._reason_of_end()}") from error

    def give_way(self) -> None:
        """Lets whatever else wants to compute go first; for good, so no other job follows."""
        self._gives_way = True
        priority = min(os.getpriority(os.PRIO_PROCESS, 0) + _GIVEN_WAY, _LOWEST_PRIORITY)
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, priority)

    def end(self) -> None:
        """Lets an idle worker end by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """Ends the worker whatever it does; whoever waits for its reply gets an error.

        One that hangs in the kernel ends when that lets it go, and is not waited for.
        """
        with suppress(ProcessLookupError):
            self._transport.kill()
        for descriptor in (0, 1):
            pipe = self._transport.get_pipe_transport(descriptor)
            if pipe is not None:
                pipe.close()

    async def wait(self) -> None:
        """Returns when the process has ended, or hangs in the kernel."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _CLOSE_SECONDS)

    async def _read_file(self, job: Job) -> Reply:
        async with asyncio.timeout(READ_SECONDS):
            await self._send(msgspec.json.encode(job))
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    reply = await self._hear()
                if not isinstance(reply, StillReading):
                    return reply

    async def _decode(self, fit: Fit) -> tuple[Finished, bytes]:
        await self._send(b"")
        reply = await self._hear()
        if not isinstance(reply, Decoded):
            return await self._end(reply)
        try:
            size = fit(reply.width, reply.height)
        except ImageError:
            await self._send(b"null")
            with suppress(ImageError):
                await self._end(await self._hear())
            raise
        await self._send(msgspec.json.encode(size))
        return await self._end(await self._hear())

    async def _end(self, reply: Reply) -> tuple[Finished, bytes]:
        if isinstance(reply, Failed):
            self._note_end(reply)
            raise StoreError(reply.sentence) if reply.is_store_error else ImageError(reply.sentence)
        if not isinstance(reply, Finished) or self._process.stdout is None:
            raise EOFError
        payload = await self._process.stdout.readexactly(reply.payload_bytes)
        self._note_end(reply)
        return reply, payload

    def _reason_of_end(self) -> str:
        """Returns why the process ended: a picture that is too slow or deadly, or the system."""
        if self._process.returncode == -signal.SIGXCPU:
            return _SLOW
        has_failed = (self._process.returncode or 0) > 0 and not self._has_answered
        return _UNABLE if has_failed else _DEADLY

    @property
    def is_reserved(self) -> bool:
        """Whether it is slow from now on, and only good for the page that it keeps."""
        return self._gives_way

    def _note_end(self, reply: Finished | Failed) -> None:
        is_kept = isinstance(reply, Finished) and reply.is_kept
        self.kept_path = self._job_path if is_kept else b""
        self.is_usable = not reply.is_last and (is_kept or not self._gives_way)

    async def _send(self, line: bytes) -> None:
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()

    async def _hear(self) -> Reply:
        if self._process.stdout is None:
            raise EOFError
        line = await self._process.stdout.readuntil()
        reply: Reply = msgspec.json.decode(line, type=Reply)
        self._has_answered = True
        return reply
