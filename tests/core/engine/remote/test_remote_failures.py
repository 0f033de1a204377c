"""An endpoint that misbehaves costs one sentence, and never what has already come."""

import asyncio
import json
import logging
from typing import Any

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta, Waiting
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import (
    EndpointError,
    ModelNotFound,
    PromptRefused,
    PromptTooLong,
    SeeshellError,
)
from seeshell.core.generation_options import GenerationOptions

from ....patience import PATIENCE
from .conftest import WITH_KEY, answer_yes

PROMPT = (PromptMessage.of("user", "Hello?"),)


async def load(engine: RemoteEngine, fake: Any) -> None:
    await engine.load(fake.url, lambda _: None)


async def read_until_it_fails(
    engine: RemoteEngine, has_come: asyncio.Event | None = None
) -> tuple[str, SeeshellError]:
    """Returns the text that came and the error that ended it; sets the event with the first."""
    text = ""
    with pytest.raises(SeeshellError) as caught:
        async with asyncio.timeout(PATIENCE):
            async for event in engine.answer(PROMPT, GenerationOptions(), environment=WITH_KEY):
                assert isinstance(event, TextDelta)
                text += event.text
                if has_come is not None:
                    has_come.set()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return text, caught.value


async def test_a_stop_closes_the_stream_at_once_and_keeps_the_text(
    engine: RemoteEngine, fake: Any
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text("Lemons")
        await exchange.wait_until_closed()

    fake.chat = chat
    await load(engine, fake)
    events = engine.answer(PROMPT, GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        assert await anext(events) == TextDelta("Lemons")
        engine.stop()
        end = await anext(events)
        await fake.closed.wait()
    assert isinstance(end, AnswerEnd)
    assert end.finish_reason == "cancelled"
    assert end.stats.generated_tokens == 1
    assert [event async for event in events] == []


async def test_a_stop_before_the_first_word_ends_the_request(
    engine: RemoteEngine, fake: Any
) -> None:
    asked = asyncio.Event()

    async def chat(exchange: Any) -> None:
        asked.set()
        await exchange.wait_until_closed()

    fake.chat = chat
    await load(engine, fake)
    events = engine.answer(PROMPT, GenerationOptions())
    answer = asyncio.ensure_future(anext(events))
    async with asyncio.timeout(PATIENCE):
        await asked.wait()
        engine.stop()
        assert (await answer).finish_reason == "cancelled"
        await fake.closed.wait()


async def test_closing_the_answer_closes_the_stream(engine: RemoteEngine, fake: Any) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text("Lemons")
        await exchange.wait_until_closed()

    fake.chat = chat
    await load(engine, fake)
    events = engine.answer(PROMPT, GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        await anext(events)
        await events.aclose()
        await fake.closed.wait()


async def test_a_stream_that_breaks_keeps_what_came(engine: RemoteEngine, fake: Any) -> None:
    has_come = asyncio.Event()

    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text("Half an ")
        await has_come.wait()
        exchange.writer.transport.abort()

    fake.chat = chat
    await load(engine, fake)
    text, error = await read_until_it_fails(engine, has_come)
    assert text == "Half an "
    assert isinstance(error, EndpointError)
    assert "what came is kept" in str(error)


CUT_SHORT = {
    "an event without its end": (b'data: {"choices": [{"delta": {"content": "Half"}}]}', "Half"),
    "in the first event": (b'data: {"choices": [{"delta": {"content": "Ha', ""),
    "in a character": (b'data: {"choices": [{"delta": {"content": "Ha\xf0\x9f', ""),
    "in the name of a field": (b"da", ""),
    "in one whole answer": (b'{"choices": [{"message": {"content": "Ha', ""),
    "behind a comment": (b": working\n", ""),
}


@pytest.mark.parametrize("where", CUT_SHORT)
async def test_what_a_connection_cut_short_is_no_wrong_address(
    engine: RemoteEngine, fake: Any, where: str
) -> None:
    part, expected = CUT_SHORT[where]

    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.part(part)
        exchange.writer.close()

    fake.chat = chat
    await load(engine, fake)
    text, error = await read_until_it_fails(engine)
    assert text == expected
    assert "broke off in the middle of the answer; what came is kept" in str(error)


async def test_chunks_of_another_form_break_off_the_answer(engine: RemoteEngine, fake: Any) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.send(b"no chunk\r\n")

    fake.chat = chat
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert "broke off in the middle of the answer" in str(error)


async def test_an_end_that_comes_right_before_the_connection_dies_counts(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        last = b'{"choices": [{"delta": {"content": "Yes"}, "finish_reason": "stop"}]}'
        await exchange.part(b"data: " + last)
        exchange.writer.close()

    fake.chat = chat
    await load(engine, fake)
    text, end = await ask(engine)
    assert (text, end.finish_reason) == (TextDelta("Yes"), "stop")


async def test_a_stream_that_ends_without_an_end_is_broken_too(
    engine: RemoteEngine, fake: Any
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text("Half an ")
        await exchange.end()

    fake.chat = chat
    await load(engine, fake)
    text, error = await read_until_it_fails(engine)
    assert text == "Half an "
    assert "broke off in the middle" in str(error)


@pytest.mark.parametrize(
    "content", [{"error": "out of memory"}, {"error": {"message": "out of memory"}}]
)
async def test_an_error_inside_the_stream_is_reported(
    engine: RemoteEngine, fake: Any, content: object
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        half = b'data: {"choices": [{"delta": {"content": "Half an "}}]}'
        await exchange.part(b"%s\n\ndata: %s\n\n" % (half, json.dumps(content).encode()))
        await exchange.end()

    fake.chat = chat
    await load(engine, fake)
    text, error = await read_until_it_fails(engine)
    assert text == "Half an "
    assert "(out of memory)" in str(error)


@pytest.mark.parametrize(
    "content", [b"data: {nonsense\n\n", b'data: {"choices": 7}\n\n', b"x" * 2_000_000, b"data: 1\n"]
)
async def test_a_stream_of_something_else_is_no_answer(
    engine: RemoteEngine, fake: Any, content: bytes
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.part(content)
        await exchange.end()

    fake.chat = chat
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert "not as an OpenAI-compatible server does" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            400,
            b'{"error": {"message": "bad\\n request."}}',
            "it refused the request (bad request).",
        ),
        (401, b'{"error": "no"}', "it refused the key"),
        (403, b"", "it refused the key"),
        (404, b'{"detail": "no such model"}', "has no model fake; check the name after #"),
        (404, b"<html>nginx</html>", "it knows no such address or model"),
        (413, b"<html>too large</html>", "lower pixel_budget"),
        (422, b'{"detail": [{"msg": "Field required", "loc": []}]}', "(Field required)"),
        (429, b'{"message": "slow down"}', "wait a moment and ask again (slow down)"),
        (500, b"Internal Server Error", "see its log (Internal Server Error)"),
        (503, b"\xff\xfe\x00", "Server error 503"),
        (302, b"{}", "answered 302"),
    ],
)
async def test_refusals_say_what_to_do(
    engine: RemoteEngine, fake: Any, status: int, body: bytes, words: str
) -> None:
    fake.chat = lambda exchange: exchange.reply(status, body)
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert isinstance(error, EndpointError)
    assert words in str(error)
    assert "<html>" not in str(error)


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens",
        "the request exceeds the available context window",
    ],
)
async def test_a_prompt_beyond_the_context_is_an_error_of_its_own(
    engine: RemoteEngine, fake: Any, said: str
) -> None:
    fake.chat = lambda exchange: exchange.reply(
        400, b'{"error": {"message": "%s"}}' % said.encode()
    )
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert isinstance(error, PromptTooLong)


async def test_the_key_is_sent_and_appears_nowhere_else(
    engine: RemoteEngine, fake: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def chat(exchange: Any) -> None:
        sent = exchange.headers["authorization"]
        await exchange.reply(401, b'{"error": "Incorrect API key: %s"}' % sent.encode())

    caplog.set_level(logging.DEBUG)
    fake.chat = chat
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert fake.exchanges[-1].headers["authorization"] == "Bearer sk-the-secret-key"
    assert "[key]" in str(error)
    for place in (str(error), repr(engine), caplog.text, fake.exchanges[-1].path):
        assert "sk-the-secret-key" not in place


async def test_without_a_key_none_is_sent(engine: RemoteEngine, fake: Any) -> None:
    await load(engine, fake)
    assert "authorization" not in fake.exchanges[0].headers


@pytest.mark.parametrize("key", ["clé", "two\nlines", "sk-\x00"])
async def test_a_key_that_can_not_be_sent_says_so_without_it(
    engine: RemoteEngine, fake: Any, key: str
) -> None:
    environment = ClientEnvironment(keys={"OPENAI_API_KEY": key})
    with pytest.raises(ModelNotFound, match="holds characters that no key has") as caught:
        await engine.load(fake.url, lambda _: None, environment)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>a web page</html>", "not as an OpenAI-compatible server"),
        (200, b'{"data": "x"}', "not as an OpenAI-compatible server"),
        (200, b'{"data": []}', "lists no models"),
        (404, b"", "lists no models"),
        (500, b"", "Server error 500"),
    ],
)
async def test_an_address_without_models(
    engine: RemoteEngine, fake: Any, status: int, body: bytes, words: str
) -> None:
    fake.models = (status, body)
    with pytest.raises(ModelNotFound, match=words):
        await load(engine, fake)
    assert engine.model is None


async def test_a_named_model_needs_no_list(engine: RemoteEngine, fake: Any) -> None:
    fake.models = (404, b"")
    model = await engine.load(f"{fake.url}#org/My-VL-7B-Instruct", lambda _: None)
    assert model.name == "My-VL-7B"


def serve_only(name: str) -> tuple[tuple[int, bytes], Any]:
    """Returns the list and the chat of a server that was started with one model."""

    async def chat(exchange: Any) -> None:
        if exchange.body["model"] == name:
            await answer_yes(exchange)
        else:
            await exchange.reply(404, b'{"error": {"message": "model not found, pull it first"}}')

    return (200, json.dumps({"data": [{"id": name, "max_model_len": 900}]}).encode()), chat


async def test_a_server_that_came_back_with_another_model_is_asked_for_that(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    fake.models, fake.chat = serve_only("one")
    await load(engine, fake)
    fake.models, fake.chat = serve_only("org/two-it")
    told, text, end = await ask(engine)
    assert told == Waiting(
        f"{fake.url[7:-3]} has no model one any more; asking org/two-it instead."
    )
    assert (text, end.finish_reason) == (TextDelta("Yes"), "stop")
    assert engine.model
    assert (engine.model.name, engine.model.context_length) == ("two", 900)
    assert (await ask(engine))[0] == TextDelta("Yes")


async def test_another_model_is_not_asked_where_one_is_named(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    fake.models, fake.chat = serve_only("one")
    await engine.load(f"{fake.url}#one", lambda _: None)
    fake.models, fake.chat = serve_only("two")
    with pytest.raises(EndpointError, match="has no model one; check the name"):
        await ask(engine)


@pytest.mark.parametrize("models", [serve_only("one")[0], (500, b""), (200, b'{"data": []}')])
async def test_without_another_model_the_server_is_not_asked_again(
    engine: RemoteEngine, fake: Any, ask: Any, models: tuple[int, bytes]
) -> None:
    fake.models, _ = serve_only("one")
    _, fake.chat = serve_only("two")
    await load(engine, fake)
    fake.models = models
    with pytest.raises(EndpointError, match="has no model one"):
        await ask(engine)
    assert sum(1 for exchange in fake.exchanges if exchange.body) == 1


@pytest.mark.parametrize("field", ["max_model_len", "max_context_length", "context_length"])
async def test_the_context_is_taken_from_the_list(
    engine: RemoteEngine, fake: Any, field: str
) -> None:
    fake.models = (200, b'{"data": [{"id": "a"}, {"id": "b", "%s": 8192}]}' % field.encode())
    model = await engine.load(f"{fake.url}#b", lambda _: None)
    assert model.context_length == 8192


async def test_no_model_is_loaded(engine: RemoteEngine) -> None:
    _, error = await read_until_it_fails(engine)
    assert "choose one" in str(error)


@pytest.mark.parametrize(
    ("status", "said", "is_refused"),
    [
        (400, "At most 1 image(s) may be provided in one prompt.", True),
        (413, "too large", True),
        (422, "Field required", True),
        (500, "image input is not supported - hint: provide the mmproj", True),
        (500, "out of memory", False),
        (401, "no", False),
        (404, "no such model", False),
        (429, "slow down", False),
    ],
)
async def test_what_a_server_refuses_for_good_is_told_from_what_may_work_later(
    engine: RemoteEngine, fake: Any, status: int, said: str, is_refused: bool
) -> None:
    body = json.dumps({"error": {"message": said}}).encode()
    fake.chat = lambda exchange: exchange.reply(status, body)
    await load(engine, fake)
    _, error = await read_until_it_fails(engine)
    assert isinstance(error, PromptRefused) == is_refused
