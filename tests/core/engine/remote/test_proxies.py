"""Point 5: proxies are those of whoever asks, and what goes wrong at them is told as theirs."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.engine.remote import http_clients
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import ModelNotFound

from ....patience import PATIENCE
from .conftest import FakeEndpoint, ask_as
from .proxies import Proxy, SocksProxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async with Proxy().listening("http") as made:
        yield made


@pytest.fixture
async def socks() -> AsyncIterator[SocksProxy]:
    pytest.importorskip("socksio")
    async with SocksProxy().listening("socks5") as made:
        yield made
    gc.collect()


async def test_a_proxy_is_used_by_those_alone_who_name_it(
    engine: RemoteEngine, distant: FakeEndpoint, proxy: Proxy
) -> None:
    behind = ClientEnvironment(proxies={"http_proxy": proxy.url})
    host = distant.url[7:-3]
    await engine.load(distant.url, lambda _: None)
    assert await ask_as(engine, behind) == "Yes"
    assert await ask_as(engine, NO_ENVIRONMENT) == "Yes"
    assert proxy.asked == [f"POST http://{host}/v1/chat/completions HTTP/1.1"]
    without = ClientEnvironment(proxies=behind.proxies | {"no_proxy": f"[::1],fe80::/10,{host}"})
    assert await ask_as(engine, without) == "Yes"
    assert len(proxy.asked) == 1


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


async def test_an_answer_through_a_proxy_may_take_longer_than_the_proxy(
    engine: RemoteEngine, distant: FakeEndpoint, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_clients, "_PROXY_PATIENCE", 0.0)
    behind = ClientEnvironment(proxies={"http_proxy": proxy.url})
    await engine.load(distant.url, lambda _: None, behind)
    assert await ask_as(engine, behind) == "Yes"


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
    assert await ask_as(engine, behind) == "Yes"


async def test_a_proxy_that_does_not_connect(
    engine: RemoteEngine, encrypted: FakeEndpoint, proxy: Proxy
) -> None:
    proxy.refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"
    behind = ClientEnvironment(proxies={"https_proxy": proxy.url})
    with pytest.raises(ModelNotFound, match=r"does not connect to 127\.0\.0\.2:\d+ \(403 Forbidd"):
        await engine.load(encrypted.url, lambda _: None, behind)


async def test_a_socks_proxy_carries_a_question(
    engine: RemoteEngine, distant: FakeEndpoint, socks: SocksProxy
) -> None:
    for url in (socks.url, socks.url.replace("socks5", "socks"), socks.url.replace("5", "5h", 1)):
        behind = ClientEnvironment(proxies={"all_proxy": url})
        await engine.load(distant.url, lambda _: None, behind)
        assert await ask_as(engine, behind) == "Yes"
    assert set(socks.asked) == {distant.url[7:-3]}


UNCLOSED = pytest.mark.filterwarnings(
    "ignore:unclosed", "ignore::pytest.PytestUnraisableExceptionWarning"
)
"""httpcore2 leaves the connection of a handshake that failed to the garbage collector."""


@UNCLOSED
async def test_a_socks_proxy_that_wants_a_password(
    engine: RemoteEngine, distant: FakeEndpoint, socks: SocksProxy
) -> None:
    socks.password = "open"
    for url in (socks.url, socks.url.replace("://", "://me:wrong@")):
        behind = ClientEnvironment(proxies={"all_proxy": url})
        with pytest.raises(ModelNotFound, match="wants a name and a password"):
            await engine.load(distant.url, lambda _: None, behind)
    behind = ClientEnvironment(proxies={"all_proxy": socks.url.replace("://", "://me:open@")})
    await engine.load(distant.url, lambda _: None, behind)
    assert await ask_as(engine, behind) == "Yes"


@UNCLOSED
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_silent_is_not_waited_for_as_for_an_answer(
    engine: RemoteEngine, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if scheme == "socks5":
        pytest.importorskip("socksio")
    monkeypatch.setattr(http_clients, "_PROXY_PATIENCE", 0.05)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    behind = ClientEnvironment(proxies={"all_proxy": f"{scheme}://{place}"})
    async with server, asyncio.timeout(PATIENCE):
        with pytest.raises(ModelNotFound, match=r"^The proxy .* \(it does not answer\); correct"):
            await engine.load("https://server.example#m", lambda _: None, behind)
    gc.collect()


@UNCLOSED
async def test_what_is_no_socks_proxy_is_told_so(
    engine: RemoteEngine, distant: FakeEndpoint, socks: SocksProxy
) -> None:
    socks.refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    behind = ClientEnvironment(proxies={"all_proxy": socks.url})
    with pytest.raises(ModelNotFound, match="it speaks no SOCKS"):
        await engine.load(distant.url, lambda _: None, behind)


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
