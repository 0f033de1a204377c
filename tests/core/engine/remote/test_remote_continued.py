"""Answers that were cut off go on where the server is one that goes on with them."""

import json

import pytest

from seeshell.core.engine.engine import PromptMessage, TextDelta
from seeshell.core.engine.remote.chat_request import CONTINUING, ChatRequest, ServerHabits
from seeshell.core.engine.remote.refusals.refusal import read_refusal
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError
from seeshell.core.generation_options import NO_OPTIONS

from .conftest import Exchange, FakeEndpoint

QUESTION = PromptMessage.of("user", "What is it?")
BEGUN = PromptMessage.of("assistant", "A small ")


async def load(engine: RemoteEngine, fake: FakeEndpoint, owner: str) -> None:
    listed = {"object": "list", "data": [{"id": "m", "owned_by": owner}]}
    fake.models = (200, json.dumps(listed).encode())
    await engine.load(fake.url, lambda _: None)


async def say_dog(exchange: Exchange) -> None:
    await exchange.start()
    await exchange.text("dog.", "stop")
    await exchange.end()


@pytest.mark.parametrize("owner", ["vllm", "sglang", "llamacpp"])
async def test_a_server_is_told_to_go_on(
    engine: RemoteEngine, fake: FakeEndpoint, owner: str
) -> None:
    await load(engine, fake, owner)
    assert engine.model is not None
    assert engine.model.can_continue
    fake.chat = say_dog
    events = [it async for it in engine.answer((QUESTION, BEGUN), NO_OPTIONS)]
    body = fake.exchanges[-1].body
    assert body["messages"][-1] == {"role": "assistant", "content": "A small "}
    assert CONTINUING.items() <= body.items()
    assert TextDelta("dog.") in events


async def test_a_server_that_nobody_knows_to_go_on_is_not_asked(
    engine: RemoteEngine, fake: FakeEndpoint
) -> None:
    await load(engine, fake, "organization_owner")
    assert engine.model is not None
    assert not engine.model.can_continue
    asked = len(fake.exchanges)
    with pytest.raises(EndpointError, match="is not known to go on with an answer"):
        _ = [it async for it in engine.answer((QUESTION, BEGUN), NO_OPTIONS)]
    assert len(fake.exchanges) == asked


async def test_thoughts_that_were_cut_off_do_not_go_on_at_a_server(
    engine: RemoteEngine, fake: FakeEndpoint
) -> None:
    await load(engine, fake, "vllm")
    thoughts = PromptMessage("assistant", ("",), "It has ")
    with pytest.raises(EndpointError, match="thoughts that were cut off"):
        _ = [it async for it in engine.answer((QUESTION, thoughts), NO_OPTIONS)]


def test_what_has_an_answer_continued_is_never_left_out() -> None:
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "A "}]
    request = ChatRequest("m", messages, NO_OPTIONS, ServerHabits())
    said = {"error": {"message": "Unrecognized request argument: continue_final_message"}}
    assert not request.mend(read_refusal(400, {}, json.dumps(said).encode(), ""))
