"""The client's end of the socket: starts a core if none runs, sends requests, hands out events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

import msgspec
from msgspec.structs import replace

from ... import __version__
from ..errors import BadRequest, CoreDied, CoreUnreachable, CoreVersionMismatch, SeeshellError
from ..messages.events import AnyEvent, Refused, Welcome
from ..messages.lines import LONGEST_REQUEST, decode_event, encode
from ..messages.requests import Hello, Request
from ..settings import Paths
from .core_process import error_of, read_log_tail, start_core, stop_core
from .lock import read_address
from .peer import is_own_process

__all__ = ["CoreClient", "stop_core"]

_LONGEST_EVENT: Final = 1 << 30
_ATTEMPTS: Final = 6
_HELLO_PATIENCE: Final = 30.0

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class CoreClient:
    """A connection to the core. Made by `connect`; ended by `close`."""

    def __init__(self, paths: Paths, welcome: Welcome, streams: _Streams) -> None:
        self.welcome = welcome
        """Version and process of the core."""
        self._paths = paths
        self._reader, self._writer = streams
        self._numbers = count(2)
        self._replies: dict[int, asyncio.Future[AnyEvent]] = {}
        self._events: asyncio.Queue[AnyEvent | None] = asyncio.Queue()
        self._death: CoreDied | None = None
        self._is_closed = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(
        cls, paths: Paths, *, start: bool = True, launch_arguments: Sequence[str] = ()
    ) -> "CoreClient":
        """Returns a connection to the core of these paths.

        Args:
            paths: where everything lies.
            start: whether to start a core if none runs.
            launch_arguments: for a core that is started, such as `--model SOURCE`.

        Raises:
            CoreUnreachable: none runs, and none was to be started or could be.
            CoreVersionMismatch: the running one is of another version; `stop_core` ends it.
            SeeshellError: the core could not start, for the reason that it gave.
        """
        for attempt in range(_ATTEMPTS):
            client = await cls._reach(paths)
            if client is not None:
                return client
            if not start:
                raise CoreUnreachable("No core is running.")
            # A core that serves but whose socket was removed makes it again within seconds.
            await asyncio.sleep(min(attempt, 1))
            await start_core(paths, launch_arguments)
        raise CoreUnreachable(f"The core starts but can't be reached: see {paths.log_file}.")

    @classmethod
    async def _reach(cls, paths: Paths) -> "CoreClient | None":
        """Returns a connection; None if no core listens, or the one that did is ending."""
        address = read_address(paths)
        if address is None or not address.socket:
            return None
        try:
            streams = await asyncio.open_unix_connection(address.socket, limit=_LONGEST_EVENT)
        except (FileNotFoundError, ConnectionError):
            return None
        welcome = None
        try:
            async with asyncio.timeout(_HELLO_PATIENCE):
                welcome = await _say_hello(*streams)
        except ConnectionError:
            return None
        except TimeoutError as error:
            sentence = f"The core (process {address.pid}) does not answer: stop it, or wait."
            raise CoreUnreachable(sentence) from error
        finally:
            if welcome is None:
                streams[1].close()
        return None if welcome is None else cls(paths, welcome, streams)

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
        problem = "has ended"
        try:
            while line := await self._reader.readline():
                self._hand_out(decode_event(line))
        except (ConnectionError, ValueError):
            pass
        except msgspec.DecodeError as error:
            problem = f"said something that this program does not understand ({error})"
        if not self._is_closed:
            tail = read_log_tail(self._paths.log_file)
            sentence = f"The core {problem}. What was said until then is stored."
            self._death = CoreDied(sentence, tail)
        self._events.put_nowait(None)
        ended: SeeshellError = self._death or CoreUnreachable("This connection was closed.")
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(ended)

    def _hand_out(self, event: AnyEvent) -> None:
        reply = self._replies.get(event.reply_to)
        if event.reply_to == 0:
            self._events.put_nowait(event)
        elif reply is not None and not reply.done():
            reply.set_result(event)


def _encode(request: Request) -> bytes:
    try:
        return encode(request)
    except UnicodeEncodeError as error:
        # What is no UTF-8 in a file's name or on the command line, Python keeps as surrogates.
        raise BadRequest(
            "That holds bytes that are not UTF-8: rename the file, or correct the text."
        ) from error


async def _say_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Welcome | None:
    """Opens the conversation with a core; None if it hangs up, as an ending core does."""
    if not is_own_process(writer.get_extra_info("socket")):
        raise CoreUnreachable("The core's socket belongs to another user's process.")
    writer.write(encode(Hello(request=1, version=__version__)))
    line = await reader.readline()
    if not line:
        return None
    try:
        event = decode_event(line)
    except msgspec.DecodeError as error:
        raise CoreVersionMismatch(
            "The running core is of a version that can't be talked to: stop it, then try again."
        ) from error
    if isinstance(event, Refused):
        raise error_of(event)
    return event if isinstance(event, Welcome) else None
