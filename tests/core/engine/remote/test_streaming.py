"""What streams in is joined where it arrives together, and counted."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeshell.core.client_environment import NO_ENVIRONMENT
from seeshell.core.engine.engine import PromptMessage, TextDelta
from seeshell.core.engine.remote.chat_server import ChatServer
from seeshell.core.engine.remote.http_clients import HttpClients
from seeshell.core.engine.remote.refusals.refusal import ServerRefused
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import TurnError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.endpoints import Endpoint

from ....patience import PATIENCE

PROMPT = (PromptMessage.of("user", "Hello?"),)


def event(text: str) -> bytes:
    delta = {"choices": [{"delta": {"content": text}}]}
    return b"data: %s\n\n" % json.dumps(delta, ensure_ascii=False).encode()


DONE = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'


async def load(engine: RemoteEngine, fake: Any, *parts: bytes) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        for part in parts:
            await exchange.part(part)
        await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)


async def test_what_arrives_together_is_one_delta(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    await load(engine, fake, b"".join(event(f"{n} ") for n in range(50)) + DONE)
    *deltas, end = await ask(engine)
    assert deltas == [TextDelta("".join(f"{n} " for n in range(50)))]
    assert end.stats.generated_tokens == 50


async def test_a_slow_reader_gets_everything_in_fewer_pieces(
    engine: RemoteEngine, fake: Any
) -> None:
    await load(engine, fake, event("a"), *[event("b")] * 200, DONE)
    events = engine.answer(PROMPT, GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        first = await anext(events)
        await fake.closed.wait()
        rest = [event async for event in events]
    assert isinstance(first, TextDelta)
    assert len(rest) < 20
    assert first.text + "".join(e.text for e in rest[:-1]) == "a" + 200 * "b"


@pytest.mark.parametrize("size", [1, 3, 7])
async def test_characters_and_lines_may_be_cut_anywhere(
    engine: RemoteEngine, fake: Any, ask: Any, size: int
) -> None:
    stream = b": keep-alive\n\n" + event("Zitrönchen 🍋") + event(" 2,50 €").replace(b"\n", b"\r\n")
    stream += b"event: x\n\n" + DONE
    await load(engine, fake, *(stream[i : i + size] for i in range(0, len(stream), size)))
    *deltas, end = await ask(engine)
    assert "".join(delta.text for delta in deltas) == "Zitrönchen 🍋 2,50 €"
    assert end.finish_reason == "stop"


async def test_the_servers_count_is_taken_where_it_gives_one(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    usage = (
        b'data: {"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": 7,'
        b' "prompt_tokens_details": {"cached_tokens": 850}}}\n\n'
    )
    await load(engine, fake, event("one"), event("two"), DONE.replace(b"stop", b"length"), usage)
    stats = (await ask(engine))[-1].stats
    assert (stats.prompt_tokens, stats.reused_tokens, stats.prefilled_tokens) == (900, 850, 50)
    assert stats.generated_tokens == 7
    assert stats.ttft > 0


async def test_the_limit_is_told_apart_from_the_end(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    await load(engine, fake, event("one"), DONE.replace(b"stop", b"length"))
    assert (await ask(engine))[-1].finish_reason == "length"


async def test_an_answer_without_a_word_still_ends(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    await load(engine, fake, DONE)
    (end,) = await ask(engine)
    assert (end.finish_reason, end.stats.generated_tokens) == ("stop", 0)


async def test_a_server_that_stays_silent_behind_the_end_mark_is_not_waited_for(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.part(event("one") + DONE)
        await exchange.wait_until_closed()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    *_, end = await ask(engine)
    assert end.finish_reason == "stop"


async def test_the_request_holds_what_was_asked_and_no_more(
    engine: RemoteEngine, fake: Any, ask: Any, red_circle: Any
) -> None:
    await load(engine, fake, DONE)
    prompt = (
        PromptMessage.of("user", "What is this?", (red_circle, red_circle)),
        PromptMessage.of("assistant", "A circle."),
        PromptMessage.of("user", "Which colour?"),
    )
    await ask(engine, *prompt, max_tokens=9, temperature=None, seed=4)
    body = fake.exchanges[-1].body
    first, *others = body.pop("messages")
    assert body == {
        "model": "fake",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
        "seed": 4,
        "context_management": [],
    }
    assert first["role"] == "user"
    assert [part["type"] for part in first["content"]] == ["image_url", "image_url", "text"]
    assert others == [
        {"role": "assistant", "content": "A circle."},
        {"role": "user", "content": "Which colour?"},
    ]


async def test_a_follow_up_decodes_no_picture_again(
    engine: RemoteEngine, fake: Any, ask: Any, red_circle: Any
) -> None:
    await load(engine, fake, DONE)
    await ask(engine, PromptMessage.of("user", "What is this?", (red_circle,)))
    red_circle.path.unlink()
    await ask(engine, PromptMessage.of("user", "What is this?", (red_circle,)))
    one, two = (exchange.body["messages"] for exchange in fake.exchanges[-2:])
    assert one == two


PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [b"data: ", b"\n", b"\n\n", b": x\n", b"[DONE]", b"null", b"[]", b'{"error": 1}']
    ),
    st.text(max_size=8).map(event),
    st.sampled_from([DONE, b'data: {"choices": [{}]}\n', b'data: {"error": 1}\n']),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_no_stream_raises_anything_but_a_turn_error(parts: list[bytes]) -> None:
    async def stream() -> None:
        async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"{}")
            body = b"".join(parts)
            head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(reply, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            clients = HttpClients()
            endpoint = Endpoint(f"http://127.0.0.1:{port}/v1")
            server = ChatServer(*await clients.open(endpoint, NO_ENVIRONMENT))
            try:
                async with asyncio.timeout(PATIENCE):
                    assert all(
                        [isinstance(piece.text, str) async for piece in server.stream(b"{}")]
                    )
            except ServerRefused as error:
                assert error.refusal.is_inside
            except TurnError as error:
                assert str(error).endswith(".")
            finally:
                await clients.close()

    asyncio.run(stream())
