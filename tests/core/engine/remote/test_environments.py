"""Points 5 and 6: each question uses the keys, proxies and certificates of whoever asks it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.engine.engine import AnswerOptions, PromptMessage, TextDelta
from seeshell.core.engine.remote.http_clients import HttpClients
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError, ModelNotFound
from seeshell.core.models.endpoints import Endpoint
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import EndpointSettings

from ....patience import PATIENCE
from .certificates import make_certificate, serve_with
from .conftest import LIMIT, FakeEndpoint

PROMPT = (PromptMessage.of("user", "Hello?"),)


async def answer(exchange: Any) -> None:
    await exchange.start()
    await exchange.text("Yes", "stop")
    await exchange.end()


async def ask(engine: RemoteEngine, environment: ClientEnvironment) -> str:
    async with asyncio.timeout(PATIENCE):
        events = engine.answer(PROMPT, AnswerOptions(), environment=environment)
        return "".join([it.text async for it in events if isinstance(it, TextDelta)])


def with_key(key: str, variable: str = "OPENAI_API_KEY") -> ClientEnvironment:
    return ClientEnvironment(keys={variable: key})


async def test_each_question_is_asked_with_the_key_of_whoever_asks(
    engine: RemoteEngine, fake: Any
) -> None:
    fake.chat = answer
    await engine.load(fake.url, lambda _: None, with_key("sk-one"))
    for environment in (with_key("sk-two"), NO_ENVIRONMENT, with_key("sk-one")):
        assert await ask(engine, environment) == "Yes"
    sent = [exchange.headers.get("authorization") for exchange in fake.exchanges]
    assert sent == ["Bearer sk-one", "Bearer sk-two", None, "Bearer sk-one"]


async def test_a_key_that_was_exported_later_is_used_at_once(
    engine: RemoteEngine, fake: Any
) -> None:
    async def chat(exchange: Any) -> None:
        if exchange.headers.get("authorization") == "Bearer sk-late":
            await answer(exchange)
        else:
            await exchange.reply(401, b'{"error": {"message": "Missing Authentication header"}}')

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="wants a key; check the variable OPENAI_API_KEY and"):
        await ask(engine, NO_ENVIRONMENT)
    assert await ask(engine, with_key("sk-late")) == "Yes"


@pytest.mark.parametrize(
    ("table", "keys", "sent", "advice"),
    [
        ({}, {}, None, 'key_variable in a table [endpoints.NAME] with url = "http://127.0.0.2:'),
        ({"key_variable": "NAS_KEY"}, {}, None, "wants a key; check the variable NAS_KEY"),
        ({"key_variable": "NAS_KEY"}, {"NAS_KEY": "sk-x"}, None, "The line is not encrypted"),
        (
            {"key_variable": "NAS_KEY", "key_over_http": True},
            {"NAS_KEY": "sk-x"},
            "Bearer sk-x",
            "it refused the key; check the variable NAS_KEY",
        ),
        ({}, {"OPENAI_API_KEY": "sk-openai"}, None, "key_variable in a table [endpoints.NAME]"),
    ],
)
async def test_a_refused_key_is_told_by_its_variable(
    distant: FakeEndpoint,
    workers: PictureWorkers,
    monkeypatch: pytest.MonkeyPatch,
    table: dict[str, Any],
    keys: dict[str, str],
    sent: str | None,
    advice: str,
) -> None:
    # 127.0.0.2 stands for another machine.
    monkeypatch.setattr(Endpoint, "is_on_this_machine", False)
    distant.chat = lambda exchange: exchange.reply(401, b"")
    tables = {"nas": EndpointSettings(url=distant.url, **table)}
    engine = RemoteEngine(100, LIMIT, tables, workers)
    await engine.load("nas", lambda _: None, ClientEnvironment(keys=keys))
    with pytest.raises(EndpointError) as caught:
        await ask(engine, ClientEnvironment(keys=keys))
    await engine.close()
    assert advice.lower() in str(caught.value).lower()
    assert {exchange.headers.get("authorization") for exchange in distant.exchanges} == {sent}


@dataclass
class Proxy:
    """A forward proxy of this machine that can be told to want a password, or to refuse."""

    url: str = ""
    password: str = ""
    refusal: bytes = b""
    asked: list[str] = field(default_factory=list)
    """First lines of the requests."""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
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
        other_reader, other = await asyncio.open_connection(host, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            other.write(head.replace(f"http://{address}", "").encode())
        there = asyncio.create_task(self._copy(reader, other))
        try:
            await self._copy(other_reader, writer)
        finally:
            there.cancel()
            other.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(65536):
            writer.write(block)


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    made = Proxy()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    for task in made.tasks:
        task.cancel()
    if made.tasks:
        await asyncio.wait(made.tasks, timeout=PATIENCE)


@pytest.fixture
async def distant() -> AsyncIterator[FakeEndpoint]:
    """An endpoint at an address that stands for another machine."""
    async with FakeEndpoint(chat=answer).listening("127.0.0.2") as endpoint:
        yield endpoint


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[FakeEndpoint]:
    """The same in https, with a certificate of its own: `certificate.pem` in `tmp_path`."""
    encryption = serve_with(make_certificate(tmp_path, "127.0.0.2"))
    async with FakeEndpoint(chat=answer).listening("127.0.0.2", encryption) as endpoint:
        yield endpoint


async def test_a_proxy_is_used_by_those_alone_who_name_it(
    engine: RemoteEngine, distant: FakeEndpoint, proxy: Proxy
) -> None:
    behind = ClientEnvironment(proxies={"http_proxy": proxy.url})
    host = distant.url[7:-3]
    await engine.load(distant.url, lambda _: None)
    assert await ask(engine, behind) == "Yes"
    assert await ask(engine, NO_ENVIRONMENT) == "Yes"
    assert proxy.asked == [f"POST http://{host}/v1/chat/completions HTTP/1.1"]
    without = ClientEnvironment(proxies=behind.proxies | {"no_proxy": f"[::1],fe80::/10,{host}"})
    assert await ask(engine, without) == "Yes"
    assert len(proxy.asked) == 1


async def test_the_environment_of_the_core_itself_does_not_count(
    engine: RemoteEngine, distant: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-core")
    await engine.load(distant.url, lambda _: None)
    assert await ask(engine, NO_ENVIRONMENT) == "Yes"
    assert "authorization" not in distant.exchanges[-1].headers


async def test_a_proxy_is_not_asked_for_this_machine(engine: RemoteEngine, fake: Any) -> None:
    proxies = {"http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1"}
    await engine.load(fake.url, lambda _: None, ClientEnvironment(proxies=proxies))
    assert engine.model


async def test_a_proxy_that_does_not_answer_is_named(
    engine: RemoteEngine, distant: FakeEndpoint
) -> None:
    behind = ClientEnvironment(proxies={"all_proxy": "http://me:secret@127.0.0.1:1"})
    with pytest.raises(ModelNotFound, match=r"^The proxy 127\.0\.0\.1:1 does not answer") as caught:
        await engine.load(distant.url, lambda _: None, behind)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_a_proxy_that_wants_a_password(
    engine: RemoteEngine,
    proxy: Proxy,
    distant: FakeEndpoint,
    encrypted: FakeEndpoint,
    tmp_path: Path,
    is_encrypted: bool,
) -> None:
    server = encrypted if is_encrypted else distant
    trusted = {"SSL_CERT_FILE": str(tmp_path / "certificate.pem")} if is_encrypted else {}
    proxy.password = "open"
    behind = ClientEnvironment(proxies={"all_proxy": proxy.url}, certificates=trusted)
    with pytest.raises(ModelNotFound, match="wants a name and a password; write http://name:pass"):
        await engine.load(server.url, lambda _: None, behind)
    named = proxy.url.replace("://", "://me:open@")
    behind = ClientEnvironment(proxies={"all_proxy": named}, certificates=trusted)
    await engine.load(server.url, lambda _: None, behind)
    assert await ask(engine, behind) == "Yes"


async def test_a_proxy_that_does_not_connect(
    engine: RemoteEngine, encrypted: FakeEndpoint, proxy: Proxy
) -> None:
    proxy.refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"
    behind = ClientEnvironment(proxies={"https_proxy": proxy.url})
    with pytest.raises(ModelNotFound, match=r"does not connect to 127\.0\.0\.2:\d+ \(403 Forbidd"):
        await engine.load(encrypted.url, lambda _: None, behind)


async def test_a_certificate_is_trusted_by_those_alone_who_name_it(
    engine: RemoteEngine, encrypted: FakeEndpoint, tmp_path: Path
) -> None:
    path = str(tmp_path / "certificate.pem")
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": path})
    with pytest.raises(ModelNotFound, match="certificate"):
        await engine.load(encrypted.url, lambda _: None)
    await engine.load(encrypted.url, lambda _: None, trusting)
    assert await ask(engine, trusting) == "Yes"
    with pytest.raises(EndpointError, match="self-signed certificate"):
        await ask(engine, NO_ENVIRONMENT)


@pytest.mark.parametrize(
    ("proxies", "words"),
    [
        ({"http_proxy": "ftp://proxy:1"}, "The proxy that HTTP_PROXY names can't be used"),
        ({"all_proxy": "http://"}, "The proxy that ALL_PROXY names can't be used"),
        ({"http_proxy": "http://pro\x7fxy"}, "The proxy of your environment can't be used"),
        ({"http_proxy": "http://pro xy"}, "The proxy pro xy can't be found"),
        ({"http_proxy": "http://[::1"}, "HTTP_PROXY names can't be used"),
        ({"http_proxy": "http://proxy:99999"}, "HTTP_PROXY names can't be used"),
    ],
)
async def test_a_proxy_that_can_not_be_used_is_named_by_its_variable(
    engine: RemoteEngine, distant: FakeEndpoint, proxies: dict[str, str], words: str
) -> None:
    with pytest.raises(ModelNotFound, match=words):
        await engine.load(distant.url, lambda _: None, ClientEnvironment(proxies=proxies))


async def test_clients_are_kept_for_environments_that_come_back_and_closed_for_the_others() -> None:
    clients = HttpClients()
    endpoint = Endpoint("http://127.0.0.2:1/v1")

    async def client(number: int) -> Any:
        proxies = {"http_proxy": f"http://127.0.0.1:{number}"}
        return (await clients.open(endpoint, ClientEnvironment(proxies=proxies))).client

    first = await client(1)
    assert await client(1) is first
    for number in range(2, 5):
        await client(number)
    assert not first.is_closed
    await client(5)
    assert first.is_closed
    last = await client(5)
    await clients.close()
    assert last.is_closed
