"""Point 5: redirects are named and not followed; a kept connection that died is replaced."""

from typing import Any

import pytest

from seeshell.core.engine.engine import TextDelta
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError

from .conftest import answer_yes, fail_to_load

REDIRECTS = {
    "another host": ("https://other.example/v1/{}", "on to https://other.example/v1; use that"),
    "another scheme": ("https://127.0.0.1/v1/{}", "on to https://127.0.0.1/v1; use that"),
    "another port": ("http://127.0.0.1:1/v1/{}", "on to http://127.0.0.1:1/v1; use that"),
    "IPv6": ("http://[::1]:1/v1/{}", "on to http://[::1]:1/v1; use that"),
    "a page to sign in": (
        "https://me:pw@sso.example/login?token=secret",
        "on to https://sso.example/login; use that",
    ),
    "no place": ("", "does not say where to"),
    "a broken place": ("http://[::1", "it sends requests to an address that is none."),
    "another path": ("/v2/{}", "on to /v2 of the same server; use that address."),
    "another protocol": ("ftp://other.example/x", "on to ftp://other.example/x"),
}


@pytest.mark.parametrize("kind", REDIRECTS)
@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirect_is_named_and_not_followed(
    engine: RemoteEngine, fake: Any, ask: Any, kind: str, status: int
) -> None:
    location, words = REDIRECTS[kind]
    head = f"location: {location.format('chat/completions')}\r\n" if location else ""
    fake.chat = lambda exchange: exchange.reply(status, b"<html>Moved</html>", head)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError) as caught:
        await ask(engine)
    assert f"answered {status}, " in str(caught.value)
    assert words in str(caught.value)
    for secret in ("Moved", "secret", "pw", "sk-the-secret-key"):
        assert secret not in str(caught.value)


async def test_a_list_that_moved_on_the_same_server_is_followed_and_no_further(
    engine: RemoteEngine, fake: Any
) -> None:
    listed = fake.models
    fake.moved = {"/v1/models": "/v1/models/", "/v1/models/": "http://127.0.0.1:1/v1/models"}
    said = await fail_to_load(engine, fake.url)
    assert "it sends requests on to http://127.0.0.1:1/v1" in said
    fake.moved = {"/v1/models": "/v1/all/models"}
    assert (await engine.load(fake.url, lambda _: None)).name == "fake"
    fake.moved = {"/v1/models": "/v1/models"}
    assert "round in a circle" in await fail_to_load(engine, fake.url)
    assert fake.models == listed


async def test_a_kept_connection_that_died_is_replaced_once(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        if exchange.number == 3:
            exchange.writer.transport.abort()
        else:
            await answer_yes(exchange)

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    for _ in range(2):
        assert (await ask(engine))[0] == TextDelta("Yes")
    assert [exchange.number for exchange in fake.exchanges] == [1, 2, 3, 1]


async def test_a_new_connection_that_dies_is_not_tried_again(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    fake.chat = lambda exchange: exchange.abort()
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="closed the connection without an answer"):
        await ask(engine)
    # The first went over the connection of the list.
    assert [exchange.number for exchange in fake.exchanges] == [1, 2, 1]


async def test_what_broke_off_after_its_first_bytes_is_not_asked_again(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.part(b": working\n\n")
        await exchange.abort()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError):
        await ask(engine)
    assert len(fake.exchanges) == 2
