"""Point 4: requests are kept to what a server takes, and sent again in the form that it wants."""

import json
from typing import Any

import pytest

from seeshell.core.engine.remote.chat_request import ChatRequest, ServerHabits
from seeshell.core.engine.remote.refusals.refusal import read_refusal
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError, PromptRefused, PromptTooLong
from seeshell.core.generation_options import GenerationOptions

OPTIONS = GenerationOptions(max_tokens=2048, temperature=0.7, top_p=0.9, top_k=20, seed=1)


def request(habits: ServerHabits, text: str = "Hello?") -> ChatRequest:
    return ChatRequest("m", [{"role": "user", "content": text}], OPTIONS, habits)


def sent(chat: ChatRequest) -> Any:
    return json.loads(chat.encode())


def refuse(said: object, status: int = 400, **fields: object) -> Any:
    error = {"message": said} | fields
    return read_refusal(status, {}, json.dumps({"error": error}).encode(), "")


@pytest.mark.parametrize(
    ("context", "longest_answer", "text", "expected"),
    [
        (0, 0, "Hello?", 2048),
        (131072, 0, "Hello?", 2048),
        (2048, 0, "Hello?", 2048 - 5),
        (2048, 0, "x" * 4000, 2048 - 1004),
        (2048, 0, "x" * 400_000, 256),
        (131072, 512, "Hello?", 512),
        (0, 512, "Hello?", 512),
        (1, 0, "Hello?", 1),
    ],
)
def test_the_answer_is_kept_below_what_the_list_tells(
    context: int, longest_answer: int, text: str, expected: int
) -> None:
    assert sent(request(ServerHabits(context, longest_answer), text))["max_tokens"] == expected


REFUSED = {
    "OpenAI: max_tokens": (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead.",
        {"param": "max_tokens", "code": "unsupported_parameter"},
        "max_tokens",
    ),
    "OpenAI: temperature": (
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default "
        "(1) value is supported.",
        {"param": "temperature", "code": "unsupported_value"},
        "temperature",
    ),
    "OpenAI: top_k": ("Unrecognized request argument supplied: top_k", {}, "top_k"),
    "Groq: top_k": ("property 'top_k' is unsupported", {}, "top_k"),
    "Gemini: seed": (
        'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
        {},
        "seed",
    ),
    "FastAPI: stream_options": (
        [{"msg": "Extra inputs are not permitted", "loc": ["body", "stream_options"]}],
        {},
        "stream_options",
    ),
    "Azure: stream_options": (
        "Unrecognized request argument supplied: stream_options",
        {},
        "stream_options",
    ),
    "Anthropic: both": (
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        {},
        "temperature",
    ),
    "a gateway": ("got an unexpected keyword argument 'top_k'", {}, "top_k"),
    "the field alone": ("Unknown parameter.", {"param": "top_p"}, "top_p"),
    "o1: stream": ("Unsupported value: 'stream' does not support true", {}, "stream"),
    "Mistral: seed": ("seed: Extra inputs are not permitted", {}, "seed"),
}


@pytest.mark.parametrize("server", REFUSED)
def test_a_field_that_a_server_refuses_by_name_is_left_out_and_stays_so(server: str) -> None:
    said, fields, name = REFUSED[server]
    habits = ServerHabits()
    chat = request(habits)
    before = sent(chat)
    assert chat.mend(refuse(said, 400, **fields))
    assert name in before
    for later in (chat, request(habits)):
        gone = set(before) - set(sent(later))
        assert gone == {name} | ({"stream_options"} if name == "stream" else set())


def test_the_limit_is_named_as_the_server_wants_and_at_last_not_at_all() -> None:
    chat = request(ServerHabits())
    assert chat.mend(refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."))
    assert sent(chat)["max_completion_tokens"] == 2048
    assert chat.mend(refuse("Unsupported parameter: 'max_completion_tokens'"))
    assert not {"max_tokens", "max_completion_tokens"} & set(sent(chat))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "temperature must be a number"),
        (400, "Model does not support images"),
        (400, "Unsupported parameter: 'tools'"),
        (400, "Unsupported parameter: 'min_q'"),
        (401, "Unsupported parameter: 'seed'"),
        (404, "Unknown model; seed"),
        (429, "Unsupported parameter: 'seed'"),
        (503, "Unsupported parameter: 'seed'"),
        (400, "the model x does not exist, seed unknown"),
        (400, ""),
    ],
)
def test_what_no_change_would_mend_is_not_asked_again(status: int, said: str) -> None:
    habits = ServerHabits()
    chat = request(habits)
    assert not chat.mend(refuse(said, status))
    assert habits == ServerHabits()


ROOM = {
    "what is left": (
        "maximum context length is 2048 tokens. However, you requested 2616 tokens (568 in the "
        "messages, 2048 in the completion)",
        2048 - 568 - 1,
    ),
    "vLLM": (
        "'max_tokens' is too large: 2048. This model's maximum context length is 4096 tokens and "
        "your request has 2778 input tokens",
        4096 - 2778 - 1,
    ),
    "mlx-vlm": (
        "Request needs 2616 context tokens (568 prompt + 2048 max generation), but MAX_KV_SIZE is "
        "2048.",
        2048 - 568 - 1,
    ),
    "TGI": ("must be <= 4096. Given: 3030 `inputs` tokens and 2048 `max_new_tokens`", 1065),
    "Anthropic": ("`max_tokens` exceed context limit: 3000 + 2048 > 4096", 1095),
    "SGLang": (
        "exceeds the model's maximum context length of 4096 tokens. You requested a total of 5048 "
        "tokens: 3000 tokens from the input messages",
        1095,
    ),
    "its own limit": ("max_tokens must be <= 1000", 1000),
    "too large": (
        "max_tokens is too large: 2048. This model supports at most 999 completion tokens",
        999,
    ),
}


@pytest.mark.parametrize("server", ROOM)
def test_the_answer_is_shortened_to_what_the_error_tells(server: str) -> None:
    said, expected = ROOM[server]
    chat = request(ServerHabits())
    assert chat.mend(refuse(said))
    assert sent(chat)["max_tokens"] == expected
    assert not chat.mend(refuse(said))


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens",
        "the prompt contains at least 2049 input tokens, but the maximum context length is 4096",
        "maximum context length is 4096 tokens. However, you requested 2048 output tokens and your "
        "prompt contains at least 2049 input tokens",
    ],
)
def test_where_the_prompt_was_not_counted_to_its_end_one_guess_is_made(said: str) -> None:
    chat = request(ServerHabits())
    assert chat.mend(refuse(said))
    assert sent(chat)["max_tokens"] == 512
    assert not chat.mend(refuse(said))


@pytest.mark.parametrize(
    "said",
    [
        "prompt is too long: 215000 tokens > 200000 maximum",
        "The decoder prompt (length 10127) is longer than the maximum model length of 8192.",
        "maximum context length is 4096 tokens and your request has 4090 input tokens",
        "the request exceeds the available context size",
    ],
)
def test_a_prompt_that_leaves_no_room_is_not_asked_again(said: str) -> None:
    assert not request(ServerHabits()).mend(refuse(said))


def test_what_one_turn_left_of_the_context_does_not_bind_the_next() -> None:
    habits = ServerHabits()
    assert request(habits).mend(refuse(ROOM["SGLang"][0]))
    assert sent(request(habits))["max_tokens"] == 2048
    assert habits.context == 4096


async def test_a_refused_field_is_left_out_of_the_next_request_too(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        if "max_tokens" in exchange.body:
            said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            await exchange.reply(400, json.dumps({"error": {"message": said}}).encode())
        elif "temperature" in exchange.body:
            await exchange.reply(400, b'{"error": {"message": "unknown field temperature"}}')
        else:
            await exchange.start()
            await exchange.text("Yes", "stop")
            await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    waiting, answer, end = await ask(engine)
    assert waiting.reason.endswith("takes no temperature; asking again without.")
    assert answer.text == "Yes"
    assert end.stats.ignored_options == "temperature"
    assert (await ask(engine))[0].text == "Yes"
    bodies = [exchange.body for exchange in fake.exchanges if exchange.body]
    assert [("max_tokens" in it, "temperature" in it) for it in bodies] == [
        (True, True),
        (False, True),
        (False, False),
        (False, False),
    ]
    assert bodies[-1]["max_completion_tokens"] == 2048


@pytest.mark.parametrize("is_inside", [False, True])
async def test_a_small_context_is_asked_once_more_with_what_is_left(
    engine: RemoteEngine, fake: Any, ask: Any, is_inside: bool
) -> None:
    async def chat(exchange: Any) -> None:
        error = json.dumps({"error": {"message": ROOM["what is left"][0], "code": 400}}).encode()
        if exchange.body["max_tokens"] + 568 <= 2048:
            await exchange.start()
            await exchange.text("Yes", "stop")
            await exchange.end()
        elif is_inside:
            await exchange.start()
            await exchange.part(b"data: %s\n\n" % error)
            await exchange.end()
        else:
            await exchange.reply(400, error)

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    assert (await ask(engine))[0].text == "Yes"
    assert [e.body["max_tokens"] for e in fake.exchanges if e.body] == [2048, 1479]


async def test_a_server_that_always_complains_is_asked_a_few_times_at_most(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    names = "max_tokens max_completion_tokens temperature top_p top_k seed stream stream_options"
    said = json.dumps({"error": f"unsupported: {names}"}).encode()
    fake.chat = lambda exchange: exchange.reply(400, said)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(PromptRefused):
        await ask(engine, top_p=0.5, top_k=5, seed=1)
    assert len(fake.exchanges) < 12


async def test_a_refused_stream_comes_as_one_answer(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    async def chat(exchange: Any) -> None:
        if "stream" in exchange.body:
            await exchange.reply(400, b'{"error": "unsupported value: stream"}')
        else:
            message = {"role": "assistant", "content": "Yes"}
            whole = {"choices": [{"message": message, "finish_reason": "stop"}]}
            await exchange.reply(200, json.dumps(whole).encode())

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    first, end = await ask(engine)
    assert (first.text, end.finish_reason) == ("Yes", "stop")


async def test_pictures_may_be_what_is_too_long(engine: RemoteEngine, fake: Any, ask: Any) -> None:
    said = "The decoder prompt (length 10127) is longer than the maximum model length of 8192."
    fake.chat = lambda exchange: exchange.reply(400, json.dumps({"message": said}).encode())
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(PromptTooLong, match="send fewer pictures") as told:
        await ask(engine)
    assert (told.value.prompt_tokens, told.value.context_length) == (10127, 8192)
    assert len(fake.exchanges) == 2


ALL = GenerationOptions(
    temperature=0.5,
    top_p=0.9,
    top_k=20,
    min_p=0.1,
    repetition_penalty=1.1,
    presence_penalty=0.5,
    seed=7,
    thinking=False,
    thinking_budget=64,
    schema='{"type": "integer"}',
)


def request_with(options: GenerationOptions, habits: ServerHabits) -> ChatRequest:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hello?"}]},
    ]
    return ChatRequest("m", messages, options, habits)


def test_every_option_goes_out_under_the_names_that_servers_know() -> None:
    body = sent(request_with(ALL, ServerHabits()))
    assert {name: body[name] for name in ("temperature", "top_p", "top_k", "min_p", "seed")} == {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 20,
        "min_p": 0.1,
        "seed": 7,
    }
    assert body["repetition_penalty"] == body["repeat_penalty"] == 1.1
    assert body["presence_penalty"] == 0.5
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert body["enable_thinking"] is False
    assert body["thinking_budget"] == body["thinking_token_budget"] == 64
    assert "reasoning_effort" not in body
    assert body["response_format"]["json_schema"]["schema"] == {"type": "integer"}
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_what_is_not_set_is_not_sent() -> None:
    body = sent(request_with(GenerationOptions(), ServerHabits()))
    always = {"model", "messages", "stream", "stream_options", "max_tokens", "context_management"}
    assert set(body) == always


def test_an_option_is_named_as_ignored_once_all_its_names_are_refused() -> None:
    habits = ServerHabits()
    chat = request_with(ALL, habits)
    for name in ("top_k", "repetition_penalty", "chat_template_kwargs", "enable_thinking"):
        assert chat.mend(refuse(f"Unrecognized request argument supplied: {name}"))
    assert chat.ignored == "top_k"
    assert sent(chat)["reasoning_effort"] == "none"
    assert chat.mend(refuse("Unsupported parameter: 'reasoning_effort'"))
    assert chat.mend(refuse("Unsupported parameter: 'repeat_penalty'"))
    assert request_with(ALL, habits).ignored == "top_k, repetition_penalty, thinking"
    assert request_with(GenerationOptions(), habits).ignored == ""


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "System role not supported"),
        (500, "Conversation roles must alternate user/assistant/user/assistant/..."),
        (400, "Only user and assistant roles are supported!"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
    ],
)
def test_a_system_prompt_that_is_refused_stands_before_the_first_question(
    status: int, said: str
) -> None:
    habits = ServerHabits()
    chat = request_with(GenerationOptions(), habits)
    assert chat.mend(refuse(said, status))
    for later in (chat, request_with(GenerationOptions(), habits)):
        (first,) = sent(later)["messages"]
        assert first["role"] == "user"
        assert [part["text"] for part in first["content"]] == ["Be brief.\n\n", "Hello?"]
    assert not chat.mend(refuse(said, status))


def test_a_schema_is_never_left_away() -> None:
    chat = request_with(ALL, ServerHabits())
    refusal = refuse("Unsupported parameter: 'response_format'")
    assert not chat.mend(refusal)
    assert chat.has_refused_schema(refusal)
    assert "response_format" in sent(chat)
    assert not request_with(GenerationOptions(), ServerHabits()).has_refused_schema(refusal)


async def test_a_server_without_schemas_says_so_in_one_sentence(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    said = json.dumps({"error": {"message": "Unsupported parameter: 'response_format'"}}).encode()
    fake.chat = lambda exchange: exchange.reply(400, said)
    await engine.load(fake.url, lambda _: None)
    with pytest.raises(PromptRefused, match="does not keep answers to this JSON schema"):
        await ask(engine, schema='{"type": "integer"}')
    body = fake.exchanges[-1].body
    assert body["response_format"]["json_schema"]["schema"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("said", "finish_reason", "is_kept"),
    [
        ('{"shape": "star"}', "stop", True),
        ("5", "stop", True),
        ("It is a star.", "stop", False),
        ('```json\n{"shape": "star"}\n```', "stop", False),
        ('{"shape": "st', "length", True),
    ],
)
async def test_an_answer_that_passes_over_the_schema_is_no_answer_to_it(
    engine: RemoteEngine, fake: Any, ask: Any, said: str, finish_reason: str, *, is_kept: bool
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text(said[:4])
        await exchange.text(said[4:], finish_reason)
        await exchange.end()

    fake.chat = chat
    await engine.load(fake.url, lambda _: None)
    assert (await ask(engine))[-1].finish_reason == finish_reason
    if is_kept:
        assert (await ask(engine, schema="{}"))[-1].finish_reason == finish_reason
    else:
        with pytest.raises(
            EndpointError, match=r"did not keep its answer to the JSON schema; what"
        ):
            await ask(engine, schema="{}")
