"""What tests of the socket stand on: the server on the session manager, and lines to it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from seeshell.core.ipc.server import Server
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from .lines import Dial, Frame, Line


@pytest.fixture
async def server(sessions: Sessions, paths: Paths) -> AsyncIterator[Server]:
    server = Server(sessions, make_socket_path(paths), "1.0", paths.data_dir)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def dial(server: Server) -> AsyncIterator[Dial]:
    lines: list[Line] = []

    async def connect(*frames: Frame) -> Line:
        reader, writer = await asyncio.open_unix_connection(server.path, limit=1 << 26)
        lines.append(Line(reader, writer))
        lines[-1].write(*frames)
        return lines[-1]

    yield connect
    for line in lines:
        line.writer.close()
