"""Proxies of this machine, which tests can tell to want a password, or to refuse."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from ....patience import PATIENCE


@dataclass
class Proxy:
    """A forward proxy."""

    url: str = ""
    password: str = ""
    refusal: bytes = b""
    asked: list[str] = field(default_factory=list)
    """First lines of the requests."""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self, scheme: str) -> "AsyncIterator[Any]":
        """Gives the proxy while it listens."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield self
        server.close()
        for writer in self.writers:
            writer.transport.abort()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=PATIENCE)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
        self.writers.append(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head.split("\r\n")[0])
            wanted = base64.b64encode(f"me:{self.password}".encode()).decode()
            if self.password and f"proxy-authorization: basic {wanted}".lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Authentication Required\r\ncontent-length: 0\r\n\r\n")
            elif self.refusal:
                writer.write(self.refusal)
            else:
                await self._forward(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _forward(self, head: str, reader: Any, writer: Any) -> None:
        method, target, _ = head.split(" ", 2)
        address = target.removeprefix("http://").split("/")[0]
        host, _, port = address.rpartition(":")
        is_tunnel = method == "CONNECT"
        greeting = b"" if is_tunnel else head.replace(f"http://{address}", "").encode()
        if is_tunnel:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await self._join(reader, writer, (host, int(port)), greeting)

    async def _join(
        self, reader: Any, writer: Any, address: tuple[str, int], greeting: bytes = b""
    ) -> None:
        """Passes on what either side says until both have closed."""
        other_reader, other = await asyncio.open_connection(*address)
        self.writers.append(other)
        other.write(greeting)
        await asyncio.gather(self._copy(reader, other), self._copy(other_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while block := await reader.read(65536):
                writer.write(block)
        except ConnectionError:
            pass
        writer.close()


@dataclass
class SocksProxy(Proxy):
    """A SOCKS proxy of version 5."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
        self.writers.append(writer)
        try:
            if self.refusal:
                writer.write(self.refusal)
            elif await self._greet(reader, writer):
                await self._connect(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        wanted = 2 if self.password else 0
        if wanted not in await reader.readexactly(count):
            writer.write(b"\x05\xff")
            return False
        writer.write(bytes([5, wanted]))
        if not self.password:
            return True
        await reader.readexactly(1)
        said = [await reader.readexactly((await reader.readexactly(1))[0]) for _ in range(2)]
        is_right = said == [b"me", self.password.encode()]
        writer.write(b"\x01\x00" if is_right else b"\x01\x01")
        return is_right

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, _, _, kind, *address, high, low = await reader.readexactly(10)
        assert kind == 1
        host, port = ".".join(map(str, address)), high * 256 + low
        self.asked.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await self._join(reader, writer, (host, port))
