"""Point 5: a busy server's wait is understood however it is said, and obeyed within a bound."""

import asyncio
import json
from email.utils import formatdate
from typing import Any

import pytest

from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta, Waiting
from seeshell.core.engine.remote.refusals.retry_after import read_wait
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.wording import describe_wait

from .....patience import PATIENCE

NOW = 1_700_000_000.0

PROMPT = (PromptMessage.of("user", "Hello?"),)

WAITS = {
    "seconds": ({"retry-after": "7"}, "", 7.0),
    "a fraction": ({"retry-after": "0.5"}, "", 0.5),
    "a date": ({"retry-after": formatdate(NOW + 30, usegmt=True)}, "", 30.0),
    "a date that has passed": ({"retry-after": formatdate(NOW - 30, usegmt=True)}, "", 0.0),
    "milliseconds": ({"retry-after-ms": "1500", "retry-after": "7"}, "", 1.5),
    "OpenAI's words": ({}, "Rate limit reached. Please try again in 7.66s.", 7.66),
    "minutes in words": ({}, "Please try again in 1m2.5s. Need more?", 62.5),
    "milliseconds in words": ({}, "try again in 250ms", 0.25),
    "Azure's words": ({}, "Please retry after 26 seconds.", 26.0),
    "Gemini's words": ({}, "Please retry in 34.074824224s.", 34.074824224),
    "hours in words": ({}, "Please try again in 1h16m19.2s", 4579.2),
    "a header before words": ({"retry-after": "3"}, "try again in 9s", 3.0),
    "Groq: what is used up": (
        {
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "2m59.56s",
            "x-ratelimit-remaining-tokens": "900",
            "x-ratelimit-reset-tokens": "7.66s",
        },
        "",
        179.56,
    ),
    "resets without what remains": (
        {"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"},
        "",
        1.0,
    ),
    "OpenRouter: a moment": ({"x-ratelimit-reset": str(int(NOW + 12) * 1000)}, "", 12.0),
    "a moment in seconds": ({"x-ratelimit-reset": str(int(NOW + 12))}, "", 12.0),
    "Anthropic: a moment": (
        {"anthropic-ratelimit-requests-reset": "2023-11-14T22:13:30Z"},
        "",
        10.0,
    ),
    "nothing": ({}, "slow down", None),
    "rubbish": ({"retry-after": "soon"}, "", None),
    "no number": ({"retry-after": "-5"}, "", None),
    "endless digits": ({"retry-after": "9" * 400}, "", None),
    "endless digits with a unit": ({"retry-after": "9" * 400 + "s"}, "", None),
    "endless digits in words": ({}, f"try again in {'9' * 400}s", None),
    "spaces between": ({"retry-after": "1h  2 m 3s"}, "", 3723.0),
    "endless spaces": ({"retry-after": "1d" + " " * 2000 + "x"}, "", None),
    "endless spaces in words": ({}, f"wait 1d{', ' * 2000}1m1m", None),
    "infinity": ({"retry-after": "inf"}, "", None),
    "empty": ({"retry-after": ""}, "", None),
}


@pytest.mark.parametrize("form", WAITS)
def test_the_wait_is_read_in_any_form(form: str) -> None:
    headers, said, expected = WAITS[form]
    assert read_wait(headers, said, NOW) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.1, "1 s"), (7.4, "7 s"), (99, "99 s"), (180, "3 min"), (4579, "76 min"), (90_000, "25 h")],
)
def test_waits_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert describe_wait(seconds) == words


async def answer(exchange: Any) -> None:
    await exchange.start()
    await exchange.text("Yes", "stop")
    await exchange.end()


def busy_at_first(status: int, head: str, body: bytes, times: int = 1) -> Any:
    left = [times]

    async def chat(exchange: Any) -> None:
        if left[0]:
            left[0] -= 1
            await exchange.reply(status, body, head)
        else:
            await answer(exchange)

    return chat


@pytest.mark.parametrize("status", [429, 503, 529])
async def test_a_busy_server_is_asked_again_after_the_wait_that_it_names(
    engine: RemoteEngine, fake: Any, ask: Any, status: int
) -> None:
    fake.chat = busy_at_first(status, "retry-after: 0.01\r\n", b'{"error": "busy"}', times=2)
    await engine.load(fake.url, lambda _: None)
    *waits, text, end = await ask(engine)
    host = fake.url[7:-3]
    assert waits == [Waiting(f"{host} is busy; asking again in 1 s.")] * 2
    assert (text, end.finish_reason) == (TextDelta("Yes"), "stop")


async def test_after_two_waits_the_user_is_told(engine: RemoteEngine, fake: Any, ask: Any) -> None:
    fake.chat = busy_at_first(429, "retry-after: 0\r\n", b"{}", times=9)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="answered 429, it has too much to do"):
        await ask(engine)
    assert sum(1 for exchange in fake.exchanges if exchange.body) == 3


async def test_a_long_wait_is_not_waited_for_but_told(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    fake.chat = busy_at_first(429, "retry-after: 3600\r\n", b"{}")
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="ask again in 60 min"):
        await ask(engine)
    assert sum(1 for exchange in fake.exchanges if exchange.body) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"message": "You exceeded your current quota", "code": "insufficient_quota"},
        {"message": "No.", "type": "insufficient_quota"},
        {"message": "Your credit balance is too low"},
        {"message": "Insufficient Balance"},
    ],
)
async def test_a_quota_that_is_used_up_is_not_waited_for(
    engine: RemoteEngine, fake: Any, ask: Any, error: dict[str, str]
) -> None:
    body = json.dumps({"error": error}).encode()
    fake.chat = busy_at_first(429, "retry-after: 0\r\n", body, times=9)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(EndpointError, match="has nothing left; top it up"):
        await ask(engine)
    assert sum(1 for exchange in fake.exchanges if exchange.body) == 1


async def test_a_server_that_loads_its_model_is_waited_for_and_a_stop_ends_the_wait(
    engine: RemoteEngine, fake: Any
) -> None:
    body = b'{"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}'
    fake.chat = busy_at_first(503, "", body)
    await engine.load(fake.url, lambda _: None)
    events = engine.answer(PROMPT, GenerationOptions())
    async with asyncio.timeout(PATIENCE):
        wait = await anext(events)
        assert wait == Waiting(f"{fake.url[7:-3]} is still loading its model; asking again in 5 s.")
        engine.stop()
        end = await anext(events)
    assert isinstance(end, AnswerEnd)
    assert end.finish_reason == "cancelled"
    assert sum(1 for exchange in fake.exchanges if exchange.body) == 1


async def test_a_busy_server_inside_the_stream_is_waited_for_too(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    left = [1]

    async def chat(exchange: Any) -> None:
        if not left:
            await answer(exchange)
            return
        left.clear()
        await exchange.start()
        error = {"code": 429, "message": "Rate limited; try again in 10ms"}
        await exchange.event({"error": error, "choices": []})
        await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    wait, text, _ = await ask(engine)
    assert isinstance(wait, Waiting)
    assert text == TextDelta("Yes")
