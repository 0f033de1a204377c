"""The interface's end of the process that decodes pictures."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from ...core.errors import ImageError
from ..picture_worker import Decoded, DecodeRequest

PIXEL_BUDGET: Final = 60_000
"""Pixels of a small copy: 50 to 60 KB as a palette PNG, whatever the size of a cell."""

MAX_PIXELS: Final = 200_000_000

_DECODE_SECONDS: Final = 30.0
"""A decoder that takes longer is ended: no preview is worth the wait."""

_CLOSE_SECONDS: Final = 1.0


class Decoder:
    """Small copies of pictures, made one at a time in a process that starts when first needed."""

    def __init__(
        self,
        form: Literal["png", "rgb"],
        *,
        pixels: int = PIXEL_BUDGET,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        self._form = form
        self._pixels = pixels
        self._max_pixels = max_pixels
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def decode(self, path: Path) -> tuple[Decoded, bytes]:
        """Returns the picture's small copy and its bytes.

        Raises:
            ImageError: the file is no picture that can be read, or the decoder failed on it.
        """
        request = DecodeRequest(os.fsencode(path), self._pixels, self._max_pixels)
        await self._turn.acquire()
        # A request in flight keeps its turn even if nobody waits for it any more: its reply
        # would be taken for the next one's.
        exchange = asyncio.create_task(self._exchange(request, path.name))
        exchange.add_done_callback(self._end_turn)
        decoded, payload = await asyncio.shield(exchange)
        if decoded.error:
            raise ImageError(decoded.error)
        return decoded, payload

    async def start(self) -> None:
        """Starts the process ahead of the first picture; it takes a tenth of a second."""
        async with self._turn:
            await self._running()

    async def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if self._turn.locked():
            await _kill(process)
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _CLOSE_SECONDS)
        except TimeoutError:
            await _kill(process)

    async def _exchange(self, request: DecodeRequest, name: str) -> tuple[Decoded, bytes]:
        process = await self._running()
        try:
            async with asyncio.timeout(_DECODE_SECONDS):
                return await _ask(process, request)
        except TimeoutError:
            sentence = "takes too long to decode; convert it to JPEG and attach that."
        except (OSError, EOFError):
            sentence = "ended the picture decoder; convert it to JPEG and attach that."
        self._process = None
        await _kill(process)
        raise ImageError(f"{name} {sentence}")

    def _end_turn(self, exchange: "asyncio.Task[tuple[Decoded, bytes]]") -> None:
        self._turn.release()
        if not exchange.cancelled():
            # Asked for so that asyncio does not report it as lost.
            exchange.exception()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            # -P: a folder `PIL` where the user happens to stand is never imported.
            command = ["-P", "-m", f"{_PACKAGE}.picture_worker", self._form]
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        return self._process


_PACKAGE: Final = __package__.rpartition(".")[0]


async def _ask(process: Process, request: DecodeRequest) -> tuple[Decoded, bytes]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(msgspec.json.encode(request) + b"\n")
    await process.stdin.drain()
    decoded = msgspec.json.decode(await process.stdout.readuntil(), type=Decoded)
    return decoded, await process.stdout.readexactly(decoded.payload_bytes)


async def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
