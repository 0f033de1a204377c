"""Point 5: bodies are read to a bound, so that none fills the memory or holds the core up."""

import asyncio
import gzip
import itertools
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from time import thread_time
from typing import Any

import pytest

from seeshell.core.engine.engine import PromptMessage, TextDelta
from seeshell.core.engine.remote.bodies import BodyInPieces
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError, ModelNotFound, SeeshellError
from seeshell.core.generation_options import GenerationOptions

from ....patience import PATIENCE

MUCH = 64 * 2**20
"""Bytes that a body unpacks to; as many more would only take longer where a bound is missing."""

ERROR = b'{"error": {"message": "no lemons"}}'


def pack(pieces: Iterator[bytes]) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([packer.compress(piece) for piece in pieces]) + packer.flush()


BOMBS = {
    "blanks": lambda: (b" " * 2**20 for _ in range(MUCH >> 20)),
    "an error without end": lambda: iter([b'{"error": "', *[b"x" * 2**20] * (MUCH >> 20)]),
    "comments": lambda: iter([b": \n" * 2**18] * (MUCH // (3 * 2**18))),
    "a line without end": lambda: iter([b"data: ", *[b"x" * 2**20] * (MUCH >> 20)]),
    "brackets": lambda: (b"[" * 2**20 for _ in range(MUCH >> 20)),
}


@pytest.fixture(scope="module")
def packed() -> dict[str, bytes]:
    """The bombs, of some 300 kB each."""
    return {name: pack(make()) for name, make in BOMBS.items()}


class Pulse:
    """Measures for how long the loop did nothing else, by its own share of the processor."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        last = thread_time()
        while True:
            await asyncio.sleep(0)
            self.longest = max(self.longest, thread_time() - last)
            last = thread_time()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("status", [200, 400])
async def test_a_small_packed_body_that_unpacks_to_much_does_no_harm(
    engine: RemoteEngine, fake: Any, ask: Any, packed: Any, bomb: str, status: int
) -> None:
    head = "content-encoding: gzip\r\ncontent-type: text/event-stream\r\n"
    fake.chat = lambda exchange: exchange.reply(status, packed[bomb], head)
    await engine.load(fake.url, lambda _: None)
    pulse = Pulse()
    with pytest.raises(SeeshellError):
        await ask(engine)
    await pulse.stop()
    assert pulse.longest < 0.2


async def test_an_answer_that_unpacks_to_much_keeps_its_text(
    engine: RemoteEngine, fake: Any
) -> None:
    head = "content-encoding: gzip\r\n"
    event = b'data: {"choices": [{"delta": {"content": "Yes"}}]}\n\n'
    comments = (b":" + b" " * 2**19 + b"\n" for _ in range(MUCH >> 19))
    body = pack(itertools.chain([event], comments))
    fake.chat = lambda exchange: exchange.reply(200, body, head)
    await engine.load(fake.url, lambda _: None)
    events = engine.answer((PromptMessage.of("user", "Hello?"),), GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        assert await anext(events) == TextDelta("Yes")
        with pytest.raises(EndpointError, match="sends more than an answer can hold; what came"):
            await anext(events)


@pytest.mark.parametrize("bomb", ["blanks", "a line without end"])
async def test_what_is_unpacked_does_not_fill_the_memory(
    engine: RemoteEngine, fake: Any, ask: Any, packed: Any, bomb: str
) -> None:
    head = "content-encoding: gzip\r\ncontent-type: text/event-stream\r\n"
    fake.chat = lambda exchange: exchange.reply(200, packed[bomb], head)
    await engine.load(fake.url, lambda _: None)
    tracemalloc.start()
    try:
        with pytest.raises(SeeshellError):
            await ask(engine)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 * 2**20


async def test_a_list_that_unpacks_to_much_does_no_harm(
    engine: RemoteEngine, fake: Any, packed: Any
) -> None:
    fake.models = (200, packed["blanks"], "content-encoding: gzip\r\n")
    with pytest.raises(ModelNotFound, match="not as an OpenAI-compatible server"):
        await engine.load(fake.url, lambda _: None)
    # A named model needs none.
    assert await engine.load(f"{fake.url}#m", lambda _: None)


@pytest.mark.parametrize(
    ("coding", "pack_it"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)],
)
async def test_a_packed_body_is_read_all_the_same(
    engine: RemoteEngine, fake: Any, ask: Any, coding: str, pack_it: Any
) -> None:
    head = f"content-encoding: {coding}\r\n"
    fake.models = (200, pack_it(b'["fake"]'), head)
    await engine.load(fake.url, lambda _: None)
    event = {"choices": [{"delta": {"content": "Yes"}, "finish_reason": "stop"}]}
    body = b"data: " + json.dumps(event).encode() + b"\n\n"
    fake.chat = lambda exchange: exchange.reply(200, pack_it(body), head)
    assert (await ask(engine))[0] == TextDelta("Yes")
    fake.chat = lambda exchange: exchange.reply(400, pack_it(ERROR), head)
    with pytest.raises(EndpointError, match=r"\(no lemons\)"):
        await ask(engine)


@pytest.mark.parametrize(
    ("coding", "words"),
    [("br", "packs its answers as 'br'"), ("zstd", "as 'zstd'"), ("gzip", "can't be unpacked")],
)
async def test_what_can_not_be_unpacked_is_said_to_be_so(
    engine: RemoteEngine, fake: Any, ask: Any, coding: str, words: str
) -> None:
    head = f"content-encoding: {coding}\r\n"
    fake.chat = lambda exchange: exchange.reply(200, b"\x0b\x02\x80Yes\x03", head)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match=words):
        await ask(engine)


async def test_an_error_that_never_ends_is_told_by_what_came(
    engine: RemoteEngine, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.engine.remote.bodies._PATIENCE", 0.05)

    async def chat(exchange: Any) -> None:
        await exchange.send(b"HTTP/1.1 400 X\r\ncontent-length: 9999\r\n\r\nno lemons today")
        await exchange.wait_until_closed()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    events = engine.answer((PromptMessage.of("user", "Hello?"),), GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(EndpointError, match=r"\(no lemons today\)"):
            await anext(events)


@pytest.mark.parametrize("is_whole", [False, True])
async def test_a_body_without_end_that_is_not_packed_is_cut_too(
    engine: RemoteEngine, fake: Any, ask: Any, is_whole: bool
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.part(b'{"x": "' if is_whole else b"data: ")
        while not exchange.writer.is_closing():
            await exchange.part(b"x" * 2**20)

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="not as an OpenAI-compatible server does"):
        await ask(engine)


async def test_what_can_not_be_unpacked_hides_no_status_and_holds_up_no_named_model(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    head = "content-encoding: br\r\n"
    fake.models = (200, b"\x0b\x02\x80x\x03", head)
    fake.chat = lambda exchange: exchange.reply(500, b"\x0b\x02\x80x\x03", head)
    with pytest.raises(ModelNotFound, match="packs its answers as 'br'"):
        await engine.load(fake.url, lambda _: None)
    await engine.load(f"{fake.url}#m", lambda _: None)
    with pytest.raises(EndpointError, match=r"^Server error 500 at .*: it failed; see its log\.$"):
        await ask(engine)


async def test_a_long_request_goes_out_in_pieces_and_can_be_sent_again() -> None:
    content = b"0123456789" * 20_000
    body = BodyInPieces(content)
    for _ in range(2):
        pieces = [piece async for piece in body]
        assert b"".join(pieces) == content
        assert max(map(len, pieces)) <= 2**16
