"""One client's connection: lines in, requests carried out beside each other, events out."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadRequest, CoreError, CoreVersionMismatch, SeeshellError
from ..messages.events import AnyEvent, Refused, Welcome
from ..messages.lines import LONGEST_REQUEST, decode_request, encode
from ..messages.requests import AnyRequest, Hello
from ..sessions.sessions import Sessions
from .outbox import Outbox

_logger = logging.getLogger(__name__)

_REQUESTS_AT_ONCE: Final = 16
_FLUSH_PATIENCE: Final = 2.0
"""Seconds that a client has for taking what waits for it when the connection ends."""


class _RequestNumber(Struct):
    """What can be said of a request that this version doesn't know."""

    request: int = 0


class Connection:
    """Serves one client from its first line to the end."""

    def __init__(
        self,
        sessions: Sessions,
        welcome: Welcome,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._sessions = sessions
        self._welcome = welcome
        self._reader = reader
        self._writer = writer
        self._outbox = Outbox()
        self._requests: set[asyncio.Task[None]] = set()
        self._has_room = asyncio.Semaphore(_REQUESTS_AT_ONCE)

    async def serve(self) -> None:
        """Returns when the client has gone, was refused, or takes nothing any more."""
        self._writing = asyncio.create_task(self._write())
        self._reading = asyncio.create_task(self._read())
        flooded = asyncio.create_task(self._outbox.flooded.wait())
        try:
            await asyncio.wait(
                [self._writing, self._reading, flooded], return_when=asyncio.FIRST_COMPLETED
            )
            self._reading.cancel()
            flooded.cancel()
            await asyncio.gather(*self._requests)
        finally:
            self._sessions.remove_client(self._outbox)
            self._writing.cancel()
            await self._close()

    def end(self) -> None:
        """Takes no more requests; what waits for the client is still sent."""
        self._reading.cancel()

    def refuse(self, error: SeeshellError, request: int = 0) -> None:
        """Tells the client why something was not carried out."""
        self._outbox.put(Refused(reply_to=request, error=type(error).__name__, sentence=str(error)))

    async def _read(self) -> None:
        """Reads requests until the end of the stream; first of all a fitting `Hello`."""
        try:
            if not self._greet(await self._reader.readline()):
                return
            while line := await self._reader.readline():
                await self._take(line)
        except ConnectionError:
            return
        except ValueError:
            self.refuse(BadRequest(f"A request is at most {LONGEST_REQUEST} bytes long."))

    def _greet(self, line: bytes) -> bool:
        if not line:
            return False
        try:
            hello = decode_request(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            hello = None
        if not isinstance(hello, Hello):
            self.refuse(BadRequest("A connection opens with Hello."))
            return False
        if hello.version != self._welcome.version:
            sentence = (
                f"The running core is seeshell {self._welcome.version}, this is {hello.version}: "
                "stop it (`seeshell stop`), then try again."
            )
            if self._sessions.is_busy:
                sentence += " It is at work; what it has said when it is stopped is kept."
            self.refuse(CoreVersionMismatch(sentence), hello.request)
            return False
        self._outbox.put(replace(self._welcome, reply_to=hello.request))
        self._sessions.add_client(self._outbox)
        return True

    async def _take(self, line: bytes) -> None:
        try:
            request = decode_request(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            sentence = f"The core does not understand a request: {error}."
            self.refuse(BadRequest(sentence), _number(line))
            return
        await self._has_room.acquire()
        task = asyncio.create_task(self._carry_out(request))
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)

    async def _carry_out(self, request: AnyRequest) -> None:
        try:
            reply, *more = await self._sessions.carry_out(request, self._outbox)
        except SeeshellError as error:
            self.refuse(error, request.request)
        except Exception as error:
            _logger.exception("%s failed unexpectedly", type(request).__name__)
            sentence = f"The core failed at this ({error!r}); its log says more."
            self.refuse(CoreError(sentence), request.request)
        else:
            # No await between the session manager's last step and this: the reply comes first.
            self._outbox.put(replace(reply, reply_to=request.request))
            for event in more:
                self._outbox.put(event)
        finally:
            self._has_room.release()

    async def _write(self) -> None:
        """Sends what waits until the connection breaks."""
        with suppress(ConnectionError):
            while True:
                self._send(await self._outbox.take())
                await self._writer.drain()

    def _send(self, events: list[AnyEvent]) -> None:
        self._writer.write(b"".join(encode(event) for event in events))

    async def _close(self) -> None:
        if not self._outbox.is_empty:
            self._send(await self._outbox.take())
        self._writer.close()
        try:
            async with asyncio.timeout(_FLUSH_PATIENCE):
                await self._writer.wait_closed()
        except (TimeoutError, ConnectionError):
            self._writer.transport.abort()


def _number(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_RequestNumber).request
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
