"""The core's end of the socket: lets the user's own processes in and serves each."""

import asyncio
import logging
import os
import socket
import time
from pathlib import Path
from typing import Final

from ..errors import CoreError, SeeshellError
from ..messages.events import Welcome
from ..messages.lines import PROTOCOL, encode
from ..sessions.sessions import Sessions
from .connection import Connection
from .descriptors import raise_descriptor_limit
from .greeting import check_protocol, hang_up, read_hello, refusal
from .held_bytes import HeldBytes
from .listener import Listener
from .peer import is_own_process
from .request_lines import READ_BYTES

_logger = logging.getLogger(__name__)

_CHECK_INTERVAL: Final = 2.0
"""Seconds between two looks at whether clients still find the socket."""

_ACCEPT_PAUSE: Final = 0.5
"""Seconds until accepting is tried again after it failed, as where descriptors run out."""

_GREET_GRACE: Final = 0.25
"""Seconds that a connection has at least for saying hello, however many others come."""

_MOST_HELD_BYTES: Final = 32 << 20
"""Most that the core holds for all clients together."""


class Server:
    """Listens on a Unix socket.

    Of the descriptors that the process may have, half are for clients and a quarter for
    connections that have not said hello; what remains is for files.
    """

    def __init__(self, sessions: Sessions, path: Path, version: str, data_dir: Path) -> None:
        self._sessions = sessions
        self.path = path
        """Where the socket lies."""
        self._welcome = Welcome(
            version=version, pid=os.getpid(), protocol=PROTOCOL, data_dir=str(data_dir)
        )
        self._held = HeldBytes(_MOST_HELD_BYTES)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ungreeted: dict[asyncio.Task[None], float] = {}
        """When each connection that has not said hello was made, oldest first."""
        self._connections: set[Connection] = set()
        self._listener: Listener | None = None
        self._accepting: asyncio.Task[None] | None = None
        descriptors = raise_descriptor_limit()
        self._most_clients = descriptors // 2
        self._most_ungreeted = descriptors // 4

    async def start(self) -> None:
        """Lets clients in, through a socket that replaces whatever has its name.

        Raises:
            OSError: the socket can't be made.
        """
        await self._stop_listening()
        self._listener = Listener(self.path)
        self._accepting = asyncio.create_task(self._accept(self._listener.socket))

    async def keep_reachable(self) -> None:
        """Makes the socket again for ever, should somebody remove or replace it.

        The end of a login session does that on Linux, and jobs that clean temporary folders.
        """
        is_lost = False
        while True:
            await asyncio.sleep(_CHECK_INTERVAL)
            if self._accepting is not None and self._accepting.done():
                self._accepting.result()
            if self._listener is not None and self._listener.is_in_place():
                continue
            try:
                await self.start()
            except OSError as error:
                if not is_lost:
                    _logger.warning("%s can't be made again: %s", self.path, error.strerror)
                is_lost = True
            else:
                _logger.warning("%s was removed or replaced, and made again", self.path)
                is_lost = False

    async def close(self) -> None:
        """Lets nobody in any more, and ends every connection when it has its last events."""
        await self._stop_listening()
        for task in self._ungreeted:
            task.cancel()
        for connection in self._connections:
            connection.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stop_listening(self) -> None:
        # In this order: a socket must not be closed while it is waited for.
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.wait([self._accepting])
        if self._listener is not None:
            self._listener.close()
        self._accepting = self._listener = None

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._make_seat()
            try:
                connection, _ = await loop.sock_accept(listening)
            except ConnectionAbortedError:
                continue
            except OSError as error:
                _logger.warning("can't accept a connection: %s", error.strerror)
                await asyncio.sleep(_ACCEPT_PAUSE)
                continue
            task = asyncio.create_task(self._let_in(connection))
            self._tasks.add(task)
            self._ungreeted[task] = time.monotonic()
            task.add_done_callback(self._forget)
            # Those who were let in say hello before the next ones come.
            await asyncio.sleep(0)

    async def _make_seat(self) -> None:
        """Returns when one more connection that has not said hello may be made.

        The oldest goes if that has taken long enough.
        """
        while len(self._ungreeted) >= self._most_ungreeted:
            oldest, since = next(iter(self._ungreeted.items()))
            left = since + _GREET_GRACE - time.monotonic()
            if left <= 0:
                del self._ungreeted[oldest]
                oldest.cancel()
            else:
                await asyncio.sleep(min(left, 0.05))

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._ungreeted.pop(task, None)

    async def _let_in(self, connection: socket.socket) -> None:
        with connection:
            if not _is_own_client(connection):
                return
            reader, writer = await asyncio.open_unix_connection(sock=connection, limit=READ_BYTES)
            try:
                await self._greet(reader, writer)
            finally:
                writer.transport.abort()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = 0
        try:
            hello = await read_hello(reader)
            request = hello.request
            check_protocol(hello, self._welcome, is_busy=self._sessions.is_busy)
            if len(self._connections) >= self._most_clients:
                sentence = f"The core serves {self._most_clients} clients already: end some first."
                raise CoreError(sentence)
        except ConnectionError:
            return
        except SeeshellError as error:
            last = encode(refusal(error, request))
            await hang_up(reader, writer, last, discards=True)
            return
        self._ungreeted.pop(_current_task(), None)
        connection = Connection(self._sessions, self._held, reader, writer)
        self._connections.add(connection)
        try:
            await connection.serve(hello, self._welcome)
        finally:
            self._connections.discard(connection)


def _current_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - it is called by coroutines
    return task


def _is_own_client(connection: socket.socket) -> bool:
    try:
        is_own = is_own_process(connection)
    except ConnectionError:
        return False
    if not is_own:
        _logger.warning("turned away a process of another user")
    return is_own
