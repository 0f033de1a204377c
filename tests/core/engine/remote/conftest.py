"""Endpoints to talk to: mlx-vlm's own server with the demonstration model, and one that fails."""

import asyncio
import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from PIL import Image, ImageDraw

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.engine import (
    AnswerEvent,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import ModelNotFound
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.images import hash_file
from seeshell.core.pictures.workers import PictureWorkers

from ....patience import PATIENCE
from .certificates import make_certificate, serve_with

KEY = "sk-the-secret-key"
WITH_KEY = ClientEnvironment(keys={"OPENAI_API_KEY": KEY})
LIMIT = 100_000_000


@dataclass(frozen=True)
class ModelServer:
    """mlx-vlm's server, running."""

    url: str
    key: str
    model: str


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """The real `mlx_vlm.server` on a free port, with the demonstration model loaded."""
    command = [sys.executable, "-m", "mlx_vlm.server", "--model", str(MODEL_PATH)]
    command += ["--host", "127.0.0.1", "--port", "0", "--api-key", KEY]
    # Compiling kernels at first use would take longer than all the tests.
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "MLX_DISABLE_COMPILE": "1"}
    blas = Path(f"/usr/lib/{os.uname().machine}-linux-gnu/openblas-pthread/libblas.so.3")
    if blas.exists():
        environment["LD_PRELOAD"] = str(blas)
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    server = subprocess.Popen(command, env=environment, text=True, **pipes)
    assert server.stderr
    said = []
    for line in server.stderr:
        said.append(line)
        if running := re.search(r"running on (http://\S+)", line):
            break
    else:
        pytest.fail("".join(said))
    Thread(target=server.stderr.read, daemon=True).start()
    try:
        yield ModelServer(f"{running[1]}/v1", KEY, str(MODEL_PATH))
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)
        server.stderr.close()


@dataclass
class Exchange:
    """One request to the fake endpoint and the way to answer it."""

    path: str
    headers: dict[str, str]
    body: Any
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    """Its place on its connection, from 1."""

    async def reply(self, status: int, body: bytes, head: str = "") -> None:
        """Sends a whole reply; the head's lines, if any, end with CR and LF."""
        lines = f"HTTP/1.1 {status} X\r\n{head}content-length: {len(body)}\r\n"
        if "content-type" not in head:
            lines += "content-type: application/json\r\n"
        await self.send(f"{lines}\r\n".encode() + body)

    async def start(self) -> None:
        await self.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        await self.send(b"transfer-encoding: chunked\r\n\r\n")

    async def part(self, content: bytes) -> None:
        """Sends bytes of the stream in one piece."""
        await self.send(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    async def event(self, content: object) -> None:
        await self.part(b"data: " + json.dumps(content).encode() + b"\n\n")

    async def text(self, text: str, finish_reason: str | None = None) -> None:
        delta = {"role": "assistant", "content": text}
        await self.event({"choices": [{"delta": delta, "finish_reason": finish_reason}]})

    async def end(self) -> None:
        await self.send(b"0\r\n\r\n")

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def abort(self) -> None:
        """Drops the connection without a word."""
        self.writer.transport.abort()

    async def wait_until_closed(self) -> None:
        """Returns once the other side has closed the connection."""
        while await self.reader.read(1000):
            pass


Script = Callable[[Exchange], Awaitable[None]]


@dataclass
class FakeEndpoint:
    """A server whose chat answers follow a script."""

    url: str = ""
    chat: Script | None = None
    models: tuple[int, bytes] | tuple[int, bytes, str] = (
        200,
        b'{"object": "list", "data": [{"id": "fake"}]}',
    )
    moved: dict[str, str] = field(default_factory=dict)
    """Where requests for a path are sent on to."""
    exchanges: list[Exchange] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a script has run to its end."""

    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @asynccontextmanager
    async def listening(
        self, host: str, encryption: ssl.SSLContext | None = None
    ) -> "AsyncIterator[FakeEndpoint]":
        """Gives the endpoint while it listens; with an encryption it speaks https."""
        server = await asyncio.start_server(self.serve, host, 0, ssl=encryption)
        scheme = "https" if encryption else "http"
        self.url = f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}/v1"
        yield self
        server.close()
        for connection in self.connections.values():
            # Closing what is encrypted waits half a minute for the other side.
            connection.transport.abort()
        if self.connections:
            await asyncio.wait(self.connections, timeout=PATIENCE)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections[asyncio.current_task()] = writer
        number = 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number += 1
                await self._answer(head.decode(), reader, writer, number)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, reader: Any, writer: Any, number: int) -> None:
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (s.partition(": ") for s in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        content = json.loads(body) if body else None
        exchange = Exchange(first.split()[1], headers, content, reader, writer, number)
        self.exchanges.append(exchange)
        if target := self.moved.get(exchange.path):
            await exchange.reply(301, b"", f"location: {target}\r\n")
        elif exchange.path.endswith("/models"):
            await exchange.reply(*self.models)
        elif self.chat:
            await self.chat(exchange)
            self.closed.set()


@pytest.fixture
async def fake() -> AsyncIterator[FakeEndpoint]:
    """An endpoint of this machine that answers as it is told."""
    async with FakeEndpoint().listening("127.0.0.1") as endpoint:
        yield endpoint


async def answer_yes(exchange: Exchange) -> None:
    """A script that answers every question."""
    await exchange.start()
    await exchange.text("Yes", "stop")
    await exchange.end()


async def ask_as(engine: RemoteEngine, environment: ClientEnvironment) -> str:
    """Returns the answer to a question of the client with that environment."""
    prompt = (PromptMessage.of("user", "Hello?"),)
    async with asyncio.timeout(PATIENCE):
        events = engine.answer(prompt, GenerationOptions(), environment=environment)
        return "".join([it.text async for it in events if isinstance(it, TextDelta)])


async def fail_to_load(
    engine: RemoteEngine, url: str, environment: ClientEnvironment = NO_ENVIRONMENT
) -> str:
    """Returns why a model can't be loaded."""
    with pytest.raises(ModelNotFound) as caught:
        async with asyncio.timeout(PATIENCE):
            await engine.load(url, lambda _: None, environment)
    return str(caught.value)


@pytest.fixture
async def distant() -> AsyncIterator[FakeEndpoint]:
    """An endpoint at an address that stands for another machine."""
    async with FakeEndpoint(chat=answer_yes).listening("127.0.0.2") as endpoint:
        yield endpoint


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[FakeEndpoint]:
    """The same in https, with a certificate of its own: `certificate.pem` in `tmp_path`."""
    encryption = serve_with(make_certificate(tmp_path, "127.0.0.2"))
    async with FakeEndpoint(chat=answer_yes).listening("127.0.0.2", encryption) as endpoint:
        yield endpoint


@pytest.fixture
async def engine(workers: PictureWorkers) -> AsyncIterator[RemoteEngine]:
    """A remote engine with room for 100 image tokens."""
    engine = RemoteEngine(100, LIMIT, {}, workers)
    yield engine
    await engine.close()


@pytest.fixture
def ask() -> Callable[..., Awaitable[list[AnswerEvent]]]:
    """Asks and returns every event of the answer."""

    async def call(engine: RemoteEngine, *prompt: PromptMessage, **options: Any) -> Any:
        prompt = prompt or (PromptMessage.of("user", "Hello?"),)
        options = {"temperature": 0.0} | options
        events = engine.answer(prompt, GenerationOptions(**options), environment=WITH_KEY)
        async with asyncio.timeout(PATIENCE):
            return [event async for event in events]

    return call


@pytest.fixture
def red_circle(tmp_path: Path) -> PromptImage:
    """A picture of a red circle at the top left, on white."""
    picture = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 100, 100), fill="red")
    path = tmp_path / "red-circle.png"
    picture.save(path)
    return PromptImage(path, hash_file(path), path.name)
