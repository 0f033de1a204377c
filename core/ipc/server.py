"""The core's end of the socket: lets the user's own processes in and serves each."""

import asyncio
import logging
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..messages.events import Welcome
from ..messages.lines import LONGEST_REQUEST
from ..private_files import make_private_folder
from ..sessions.sessions import Sessions
from .connection import Connection
from .peer import is_own_process

_logger = logging.getLogger(__name__)

_CHECK_INTERVAL: Final = 2.0


class Server:
    """Listens on a Unix socket."""

    def __init__(self, sessions: Sessions, path: Path, version: str) -> None:
        self._sessions = sessions
        self.path = path
        """Where the socket lies."""
        self._welcome = Welcome(version=version, pid=os.getpid())
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._listening: asyncio.Server | None = None

    async def start(self) -> None:
        """Lets clients in, through a socket that replaces any other of that name.

        Raises:
            OSError: the socket can't be made.
        """
        if self._listening is not None:
            self._listening.close()
        make_private_folder(self.path.parent)
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(os.fspath(self.path))
            self.path.chmod(0o600)
            self._listening = await asyncio.start_unix_server(
                self._let_in, sock=listener, limit=LONGEST_REQUEST
            )
        except BaseException:
            listener.close()
            raise

    async def keep_reachable(self) -> None:
        """Makes the socket again for ever, should somebody remove it.

        The end of a login session does that on Linux, and jobs that clean temporary folders.
        """
        while True:
            await asyncio.sleep(_CHECK_INTERVAL)
            if not self._is_reachable():
                _logger.warning("%s was removed", self.path)
                with suppress(OSError):
                    await self.start()

    def _is_reachable(self) -> bool:
        return self.path.exists()

    async def close(self) -> None:
        """Lets nobody in any more, and ends every connection when it has its last events."""
        if self._listening is not None:
            self._listening.close()
        self.path.unlink(missing_ok=True)
        for connection in self._connections:
            connection.end()
        await asyncio.gather(*self._connections.values(), return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not _is_own_client(writer):
            writer.transport.abort()
            return
        connection = Connection(self._sessions, self._welcome, reader, writer)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is a coroutine
        self._connections[connection] = task
        try:
            await connection.serve()
        finally:
            del self._connections[connection]


def _is_own_client(writer: asyncio.StreamWriter) -> bool:
    try:
        is_own = is_own_process(writer.get_extra_info("socket"))
    except ConnectionError:
        return False
    if not is_own:
        _logger.warning("turned away a process of another user")
    return is_own
