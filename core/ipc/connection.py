"""One client's connection: requests in, carried out; replies and events out."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..errors import BadRequest, CoreError, SeeshellError
from ..messages.events import Done, Welcome
from ..messages.lines import LONGEST_REQUEST, decode_request
from ..messages.model_requests import LoadModel
from ..messages.picture_requests import Attach
from ..messages.requests import AnyRequest, Hello, PrepareTurn
from ..sessions.sessions import Sessions
from ..undecodable import UNDECODABLE
from .greeting import hang_up, refusal
from .held_bytes import HeldBytes
from .outbox import ROOM_BYTES, Outbox
from .request_chains import RequestChains
from .request_lines import LineTooLong, RequestLines

_logger = logging.getLogger(__name__)

_STALL_PATIENCE: Final = 10.0
"""Seconds after which a client that much waits for must have taken some of it."""


class _RequestNumber(Struct):
    """What can be said of a request that this version doesn't know."""

    request: int = 0


class Connection:
    """Serves one client that has said hello, to the end."""

    def __init__(
        self,
        sessions: Sessions,
        held: HeldBytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._sessions = sessions
        self._reader = reader
        self._writer = writer
        self._share = held.open(self._drop)
        self._outbox = Outbox(self._share)
        self._lines = RequestLines(reader, self._share)
        self._chains = RequestChains(self._carry_out, self._share)
        self._newest_wish: PrepareTurn | None = None
        self._is_cut_off = False
        """Whether the connection ends while the client may still be sending."""

    async def serve(self, hello: Hello, welcome: Welcome) -> None:
        """Returns when the client has gone, or is given up."""
        self._outbox.put(replace(welcome, reply_to=hello.request))
        self._sessions.add_client(self._outbox, hello.window, hello.environment)
        writing = asyncio.create_task(self._write())
        self._reading = asyncio.create_task(self._read())
        closed = asyncio.create_task(self._outbox.closed.wait())
        try:
            await asyncio.wait([self._reading, closed], return_when=asyncio.FIRST_COMPLETED)
            self._reading.cancel()
            await asyncio.wait([self._reading])
            self._sessions.give_up(self._outbox)
            await self._chains.finish()
        finally:
            self._sessions.remove_client(self._outbox)
            closed.cancel()
            writing.cancel()
            last = self._outbox.take_all()
            await hang_up(self._reader, self._writer, last, discards=self._is_cut_off)
            self._share.close()

    def end(self) -> None:
        """Takes no more requests; what waits for the client is still sent."""
        self._outbox.lift_limit()
        self._reading.cancel()

    async def _read(self) -> None:
        """Reads requests until the end of the stream."""
        try:
            while True:
                await self._outbox.wait_for_room()
                await self._chains.wait_for_room()
                line = await self._lines.read()
                if not line:
                    return
                self._take(line)
                # Lines that have come already keep nobody else waiting.
                await asyncio.sleep(0)
        except ConnectionError:
            return
        except LineTooLong:
            self._is_cut_off = True
            self._refuse(BadRequest(f"A request is at most {LONGEST_REQUEST} bytes long."))

    def _take(self, line: bytes) -> None:
        try:
            request = decode_request(line)
        except UNDECODABLE as error:
            sentence = f"The core does not understand a request: {error}."
            self._refuse(BadRequest(sentence), _number(line))
            return
        if isinstance(request, PrepareTurn):
            self._newest_wish = request
        self._chains.start(request, len(line))

    async def _carry_out(self, request: AnyRequest) -> None:
        await self._outbox.wait_for_room()
        if isinstance(request, PrepareTurn) and request is not self._newest_wish:
            # The newer one may have been about another conversation, and not have had to wait.
            self._outbox.put(Done(reply_to=request.request))
            return
        try:
            _check_place(request)
            reply, *more = await self._sessions.carry_out(request, self._outbox)
        except SeeshellError as error:
            self._refuse(error, request.request)
        except Exception as error:
            _logger.exception("%s failed unexpectedly", type(request).__name__)
            sentence = f"The core failed at this ({error!r}); its log says more."
            self._refuse(CoreError(sentence), request.request)
        else:
            # No await between the session manager's last step and this: the reply comes first.
            self._outbox.put(replace(reply, reply_to=request.request))
            for event in more:
                self._outbox.put(event)

    def _refuse(self, error: SeeshellError, request: int = 0) -> None:
        self._outbox.put(refusal(error, request))

    async def _write(self) -> None:
        """Sends what waits until the connection breaks."""
        try:
            while True:
                self._writer.write(await self._outbox.take())
                await self._drain()
        except ConnectionError:
            return
        finally:
            self._outbox.close()

    async def _drain(self) -> None:
        """Waits until little of what was sent is still on its way."""
        transport = self._writer.transport
        left = transport.get_write_buffer_size()
        while not self._outbox.closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_STALL_PATIENCE):
                    await self._writer.drain()
                    return
            before, left = left, transport.get_write_buffer_size()
            if left == before and self._outbox.nbytes > ROOM_BYTES:
                self._drop()

    def _drop(self) -> None:
        """Gives up a client that does not take what waits for it."""
        if self._outbox.closed.is_set():
            return
        _logger.warning("dropped a client that %s bytes were held for", f"{self._share.nbytes:,}")
        self._is_cut_off = True
        sentence = "The core has dropped this client, which did not read: connect again."
        self._outbox.drop(refusal(CoreError(sentence)))


def _check_place(request: AnyRequest) -> None:
    match request:
        case Attach(path=place) | LoadModel(model=place) if "\0" in place:
            raise BadRequest("A path can't hold a NUL character: correct it.")


def _number(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_RequestNumber).request
    except UNDECODABLE:
        return 0
