"""Points 5 and 6: each question uses the keys and certificates of whoever asks it."""

from pathlib import Path
from typing import Any

import pytest

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.engine.remote.http_clients import HttpClients
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError, ModelNotFound
from seeshell.core.models.endpoints import Endpoint
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import EndpointSettings

from .certificates import make_certificate
from .conftest import LIMIT, FakeEndpoint, answer_yes, ask_as


def with_key(key: str, variable: str = "OPENAI_API_KEY") -> ClientEnvironment:
    return ClientEnvironment(keys={variable: key})


async def test_each_question_is_asked_with_the_key_of_whoever_asks(
    engine: RemoteEngine, fake: Any
) -> None:
    fake.chat = answer_yes
    await engine.load(fake.url, lambda _: None, with_key("sk-one"))
    for environment in (with_key("sk-two"), NO_ENVIRONMENT, with_key("sk-one")):
        assert await ask_as(engine, environment) == "Yes"
    sent = [exchange.headers.get("authorization") for exchange in fake.exchanges]
    assert sent == ["Bearer sk-one", "Bearer sk-two", None, "Bearer sk-one"]


async def test_a_key_that_was_exported_later_is_used_at_once(
    engine: RemoteEngine, fake: Any
) -> None:
    async def chat(exchange: Any) -> None:
        if exchange.headers.get("authorization") == "Bearer sk-late":
            await answer_yes(exchange)
        else:
            await exchange.reply(401, b'{"error": {"message": "Missing Authentication header"}}')

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="wants a key; check the variable OPENAI_API_KEY and"):
        await ask_as(engine, NO_ENVIRONMENT)
    assert await ask_as(engine, with_key("sk-late")) == "Yes"


@pytest.mark.parametrize(
    ("table", "keys", "sent", "advice"),
    [
        ({}, {}, None, 'key_variable in a table [endpoints.NAME] with url = "http://127.0.0.2:'),
        ({"key_variable": "NAS_KEY"}, {}, None, "NAS_KEY"),
        ({"key_variable": "NAS_KEY"}, {"NAS_KEY": "sk-x"}, None, "is not sent to 127.0.0.2:"),
        (
            {"key_variable": "NAS_KEY", "key_over_http": True},
            {"NAS_KEY": "sk-x"},
            "Bearer sk-x",
            "it refused the key; check the variable NAS_KEY",
        ),
        ({}, {"OPENAI_API_KEY": "sk-openai"}, None, "[endpoints.NAME]"),
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
        await ask_as(engine, ClientEnvironment(keys=keys))
    await engine.close()
    assert advice in str(caught.value)
    assert "wants a key" in str(caught.value) or sent is not None
    assert {exchange.headers.get("authorization") for exchange in distant.exchanges} == {sent}


async def test_the_environment_of_the_core_itself_does_not_count(
    engine: RemoteEngine, distant: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-core")
    await engine.load(distant.url, lambda _: None)
    assert await ask_as(engine, NO_ENVIRONMENT) == "Yes"
    assert "authorization" not in distant.exchanges[-1].headers


async def test_a_certificate_is_trusted_by_those_alone_who_name_it(
    engine: RemoteEngine, encrypted: FakeEndpoint, tmp_path: Path
) -> None:
    path = str(tmp_path / "certificate.pem")
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": path})
    with pytest.raises(ModelNotFound, match="certificate"):
        await engine.load(encrypted.url, lambda _: None)
    await engine.load(encrypted.url, lambda _: None, trusting)
    assert await ask_as(engine, trusting) == "Yes"
    with pytest.raises(EndpointError, match="self-signed certificate"):
        await ask_as(engine, NO_ENVIRONMENT)


async def test_a_file_of_certificates_that_was_put_right_counts_at_once(
    engine: RemoteEngine, encrypted: FakeEndpoint, tmp_path: Path
) -> None:
    right = tmp_path / "certificate.pem"
    (tmp_path / "other").mkdir()
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(make_certificate(tmp_path / "other").read_bytes())
    trusting = ClientEnvironment(certificates={"SSL_CERT_FILE": str(trusted)})
    with pytest.raises(ModelNotFound, match="certificate"):
        await engine.load(encrypted.url, lambda _: None, trusting)
    trusted.write_bytes(right.read_bytes())
    assert await engine.load(encrypted.url, lambda _: None, trusting)


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
