"""The client's end of the socket: starts a core if none runs, sends requests, hands out events."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import chain, count, repeat
from typing import Final

from msgspec.structs import replace

from ..client_environment import NO_ENVIRONMENT, ClientEnvironment
from ..errors import BadRequest, ConnectionLost, CoreDied, CoreUnreachable, SeeshellError
from ..messages.events import AnyEvent, Refused
from ..messages.lines import LONGEST_REQUEST, decode_event, encode
from ..messages.request import Request
from ..settings import Paths
from ..undecodable import UNDECODABLE
from .core_process import error_of, read_log_tail, start_core, stop_core
from .lock import is_core_alive, read_address
from .reach import CoreNotReady, Reached, reach_core

__all__ = ["CoreClient", "stop_core"]

_REACH_PATIENCE: Final = 30.0
"""Seconds in which a core that starts, ends or is besieged must become ready."""

_PAUSES: Final = (0.02, 0.05, 0.1, 0.2, 0.5)
"""Seconds before each further attempt to reach a core that runs; the last one for all others."""

_MOST_STARTS: Final = 3


class CoreClient:
    """A connection to the core. Made by `connect`; ended by `close`."""

    def __init__(self, paths: Paths, reached: Reached) -> None:
        self.welcome = reached.welcome
        """Version and process of the core."""
        self._paths = paths
        self._reader, self._writer = reached.reader, reached.writer
        self._numbers = count(2)
        self._replies: dict[int, asyncio.Future[AnyEvent]] = {}
        self._events: asyncio.Queue[AnyEvent | None] = asyncio.Queue()
        self._death: CoreDied | None = None
        self._is_closed = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls,
        paths: Paths,
        *,
        start: bool = True,
        launch_arguments: Sequence[str] = (),
        window: str = "",
        environment: ClientEnvironment = NO_ENVIRONMENT,
    ) -> "CoreClient":
        """Returns a connection to the core of these paths.

        Any core of the same protocol will do, of whatever version it is.

        Args:
            paths: where everything lies.
            start: whether to start a core if none runs.
            launch_arguments: for a core that is started, such as `--model SOURCE`.
            window: names the client's window, for the pictures that are unsent in it.
            environment: how this client reaches servers, for what it loads and asks.

        Raises:
            CoreUnreachable: none runs, and none was to be started or could be.
            CoreVersionMismatch: the running one speaks another protocol; `stop_core` ends it.
            SeeshellError: the core could not start, for the reason that it gave.
        """
        give_up_at = time.monotonic() + _REACH_PATIENCE
        starts = 0
        while (reached := await _reach(paths, window, environment, give_up_at)) is None:
            if not start:
                raise CoreUnreachable("No core is running.")
            if starts == _MOST_STARTS:
                raise CoreUnreachable(f"The core starts but ends at once: see {paths.log_file}.")
            await start_core(paths, launch_arguments)
            starts += 1
        return cls(paths, reached)

    async def request(self, request: Request) -> AnyEvent:
        """Sends a request and returns the reply.

        Raises:
            CoreDied: the core ended before it replied.
            SeeshellError: the core refused, for that reason.
        """
        if self._death is not None or self._is_closed:
            raise self._death or CoreUnreachable("This connection was closed.")
        number = next(self._numbers)
        line = _encode(replace(request, request=number))
        if len(line) > LONGEST_REQUEST:
            raise BadRequest(f"That is too long: {len(line):,} of {LONGEST_REQUEST:,} bytes.")
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(line)
            event: AnyEvent = await reply
        finally:
            del self._replies[number]
        if isinstance(event, Refused):
            raise error_of(event)
        return event

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Yields every event that is no reply, in order, until `close`.

        Raises:
            CoreDied: the core has ended; all its events were yielded before.
        """
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)
        if self._death is not None:
            raise self._death

    async def close(self) -> None:
        """Ends the connection; the core goes on with what was submitted."""
        self._is_closed = True
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        await self._reading

    async def _read(self) -> None:
        sentence = ""
        try:
            # What the core cut off in mid-line is no event.
            while (line := await self._reader.readline()).endswith(b"\n"):
                event = decode_event(line)
                if isinstance(event, Refused) and not event.reply_to:
                    sentence = event.sentence
                self._hand_out(event)
        except UNDECODABLE as error:
            sentence = f"The core said something that this program does not understand ({error})."
        except (ConnectionError, ValueError):
            pass
        if not self._is_closed:
            self._death = await self._explain_end(sentence)
        self._events.put_nowait(None)
        ended: SeeshellError = self._death or CoreUnreachable("This connection was closed.")
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(ended)

    async def _explain_end(self, sentence: str) -> CoreDied:
        """Returns why the connection ended, in the core's last words if there were any."""
        stored = "What was said until then is stored."
        if await self._has_core_ended():
            sentence = f"{sentence or 'The core has ended.'} {stored}"
            return CoreDied(sentence, read_log_tail(self._paths.log_file))
        sentence = sentence or "The connection to the core was lost; the core itself still runs."
        return ConnectionLost(f"{sentence} {stored}")

    async def _has_core_ended(self) -> bool:
        """Returns whether the core is gone, or about to be; one that crashed is within moments."""
        for pause in (*_PAUSES, 0):
            address = read_address(self._paths)
            is_named = address is not None and address.pid == self.welcome.pid and address.socket
            if not is_named or not is_core_alive(self._paths):
                return True
            await asyncio.sleep(pause)
        return False

    def _hand_out(self, event: AnyEvent) -> None:
        reply = self._replies.get(event.reply_to)
        if event.reply_to == 0:
            self._events.put_nowait(event)
        elif reply is not None and not reply.done():
            reply.set_result(event)


async def _reach(
    paths: Paths, window: str, environment: ClientEnvironment, give_up_at: float
) -> Reached | None:
    """Returns the core once it is ready to be reached; None if none runs.

    Raises:
        CoreUnreachable: it was not ready until `give_up_at`, by the monotonic clock.
    """
    for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
        try:
            return await reach_core(paths, window, environment)
        except CoreNotReady as error:
            if time.monotonic() > give_up_at:
                raise CoreUnreachable(str(error)) from error
        await asyncio.sleep(pause)
    return None


def _encode(request: Request) -> bytes:
    try:
        return encode(request)
    except UnicodeEncodeError as error:
        # What is no UTF-8 in a file's name or on the command line, Python keeps as surrogates.
        raise BadRequest(
            "That holds bytes that are not UTF-8: rename the file, or correct the text."
        ) from error
