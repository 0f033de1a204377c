"""Point 3: `/models` in any shape, or missing; a model that is named does not depend on it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.engine.remote.model_list import choose_model, find_model, read_model_list
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.engine.remote.server_json import read_tokens
from seeshell.core.errors import ModelNotFound, TurnError
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import EndpointSettings

from .conftest import LIMIT

URL = "http://host/v1"

SHAPES = {
    "OpenAI": {"object": "list", "data": [{"id": "a"}, {"id": "b"}]},
    "Together: a bare array": [{"id": "a"}, {"id": "b"}],
    "Ollama: models with names": {"models": [{"name": "a", "model": "a"}, {"name": "b"}]},
    "llama-server: both lists": {
        "models": [{"name": "a", "model": "a"}, {"model": "b"}],
        "object": "list",
        "data": [{"id": "a"}, {"id": "b"}],
    },
    "strings": ["a", "b"],
    "strings in data": {"data": ["a", "b"]},
    "LiteLLM: model_name": {"data": [{"model_name": "a"}, {"model_name": "b"}]},
    "an object keyed by name": {"a": {"context": 1}, "b": {}},
    "data keyed by name": {"data": {"a": {}, "b": {"id": "b"}}},
    "Cloudflare: result": {"success": True, "result": [{"name": "a"}, {"name": "b"}]},
    "a list in a list": {"data": {"models": [{"id": "a"}, {"id": "b"}]}},
    "each twice, and rubbish": {
        "data": [{"id": "a"}, None, 7, {"id": ""}, {"id": "b"}, "a", {}, "\x1b[2J", "x" * 999]
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_is_read_in_any_shape(shape: str) -> None:
    listed = read_model_list(json.dumps(SHAPES[shape]).encode())
    assert [model.id for model in listed] == ["a", "b"]


@pytest.mark.parametrize(
    "body", [b'{"data": []}', b'{"data": null}', b'{"object": "list"}', b"[]", b'{"models": []}']
)
def test_an_empty_list_is_a_list(body: bytes) -> None:
    assert read_model_list(body) == []


NO_LISTS = {
    "nothing": b"",
    "a page": b"<html>",
    "a word": b"OK",
    "a number": b"7",
    "an empty object": b"{}",
    "an error": b'{"error": {"message": "no"}}',
    "a detail": b'{"detail": "Not Found"}',
    "data that is a number": b'{"data": 7}',
    "too deep": b"[" * 100_000,
    "too long a number": b'{"n": ' + b"9" * 10_000 + b"}",
    "half of it": b'{"data": [{"id": "a"}, {"id',
}


@pytest.mark.parametrize("kind", NO_LISTS)
def test_what_is_no_list_is_told_apart(kind: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_model_list(NO_LISTS[kind])


def test_an_encoding_that_is_not_utf_8_loses_no_list() -> None:
    assert read_model_list(b'\xef\xbb\xbf[{"id": "a", "by": "Andr\xe9"}]')[0].id == "a"
    assert read_model_list('[{"id": "a"}]'.encode("utf-16"))[0].id == "a"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=9))
def test_whatever_json_says_it_is_a_list_or_none(content: Any) -> None:
    for said in (content, {"data": content}, {"data": [{"id": "a", "meta": content}]}):
        try:
            listed = read_model_list(json.dumps(said).encode())
        except ValueError:
            continue
        assert all(model.id for model in listed)


OTHERS = {
    "LM Studio: type": {"id": "nomic-v1.5", "type": "embeddings"},
    "Together: type": {"id": "black-forest", "type": "image"},
    "vLLM: task": {"id": "x", "task": "embed"},
    "a pooling": {"id": "x", "pooling": "mean"},
    "the hub: pipeline_tag": {"id": "x", "pipeline_tag": "feature-extraction"},
    "llama-server: capabilities": {"id": "x", "capabilities": ["embedding"]},
    "Mistral: capabilities": {"id": "ocr", "capabilities": {"completion_chat": False}},
    "OpenRouter: output": {"id": "x", "architecture": {"output_modalities": ["image"]}},
    "Gemini: methods": {"id": "x", "supportedGenerationMethods": ["embedContent"]},
    "LiteLLM: mode": {"id": "x", "mode": "image_generation"},
    "a name that embeds": "text-embedding-nomic-embed-text-v1.5",
    "BGE": "BAAI/bge-m3",
    "E5": "intfloat/multilingual-e5-large",
    "a reranker": "jina-reranker-v2",
    "Whisper": "openai/whisper-large-v3",
    "speech": "gpt-4o-mini-tts",
    "transcription": "gpt-4o-transcribe",
    "pictures": "dall-e-3",
    "FLUX": "black-forest-labs/FLUX.1-schnell",
    "moderation": "omni-moderation-latest",
    "guards": "meta-llama/Llama-Guard-4-12B",
    "an old completion model": "davinci-002",
    "all-MiniLM": "sentence-transformers/all-MiniLM-L6-v2",
}

CHATS = (
    "qwen/qwen3-vl-4b",
    "gemma-3n-e5b",
    "eclipse-7b",
    "vanguardia-8b",
    "llava-v1.6",
    "MiniCPM-V-2_6",
    "anthropic/claude-opus",
    "gpt-4o",
    "gemini-3-flash",
    "pixtral-12b",
    "smolvlm2",
    "internvl3-8b",
    "/models/Qwen3-VL-4B-Instruct-Q4_K_M.gguf",
)


@pytest.mark.parametrize("kind", OTHERS)
def test_a_model_that_can_not_chat_is_passed_over(kind: str) -> None:
    listed = read_model_list(json.dumps([OTHERS[kind], "qwen3-vl"]).encode())
    assert choose_model(listed, URL).id == "qwen3-vl"


@pytest.mark.parametrize("name", CHATS)
def test_a_model_that_can_chat_is_not_passed_over(name: str) -> None:
    assert choose_model(read_model_list(json.dumps([name, "other"]).encode()), URL).id == name


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ([{"id": "a"}, {"id": "b", "loaded": True}], "b"),
        ([{"id": "a", "state": "not-loaded"}, {"id": "b", "state": "loaded"}], "b"),
        ([{"id": "a"}, {"id": "b", "status": {"value": "loaded"}}], "b"),
        ([{"id": "a", "type": "llm"}, {"id": "b", "type": "vlm"}], "b"),
        ([{"id": "a", "type": "vlm"}, {"id": "b", "type": "llm", "state": "loaded"}], "b"),
        (
            [{"id": "e5-embed", "loaded": True}, {"id": "a"}, {"id": "b"}],
            "a",
        ),
        (
            [{"id": "a"}, {"id": "b", "architecture": {"input_modalities": ["text", "image"]}}],
            "b",
        ),
        ([{"id": "a"}, {"id": "b"}], "a"),
    ],
)
def test_loaded_models_come_first_and_then_those_that_see(listed: Any, chosen: str) -> None:
    assert choose_model(read_model_list(json.dumps(listed).encode()), URL).id == chosen


def test_a_server_of_other_models_alone_is_told_so() -> None:
    listed = read_model_list(b'["bge-m3", "whisper-1"]')
    with pytest.raises(ModelNotFound, match=r"offers no model to chat with, but bge-m3, whisper-1"):
        choose_model(listed, URL)


CONTEXTS = {
    "vLLM": {"max_model_len": 8192},
    "LM Studio, loaded": {"max_context_length": 99999, "loaded_context_length": 8192},
    "LM Studio": {"max_context_length": 8192},
    "OpenRouter": {"context_length": 131072, "top_provider": {"context_length": 8192}},
    "Groq": {"context_window": 8192},
    "llama-server": {"meta": {"n_ctx_train": 8192}},
    "llama-server with its own": {"meta": {"n_ctx_train": 99999, "n_ctx": 8192}},
    "LiteLLM": {"model_info": {"max_input_tokens": 8192}},
    "Gemini": {"inputTokenLimit": 8192},
    "text": {"max_model_len": "8192"},
    "a comma": {"context_length": "8,192"},
    "thousands": {"context_length": "8K"},
    "a fraction": {"context_length": 8192.0},
    "the first one is null": {"max_model_len": None, "context_length": 8192},
    "the first one is none": {"max_model_len": -1, "context_length": 8192},
}


@pytest.mark.parametrize("form", CONTEXTS)
def test_the_context_is_read_from_any_field_in_any_form(form: str) -> None:
    (model,) = read_model_list(json.dumps([{"id": "m"} | CONTEXTS[form]]).encode())
    assert model.context == 8192


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, -1, 0, float("nan"), float("inf"), 1e300, "", "x", "-1", [], {}, 10**30),
        *("1" + " " * 20_000 + "x", "9" * 5000),
    ],
)
def test_what_is_no_number_of_tokens_is_none(value: object) -> None:
    assert read_tokens(value) == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Org/Model", "Org/Model"),
        ("org/model", "Org/Model"),
        ("model", "Org/Model"),
        ("llava", "llava:latest"),
        ("gemini-3", "models/gemini-3"),
        ("q4.gguf", "/srv/q4.gguf"),
        ("other/model", None),
        ("gpt", None),
    ],
)
def test_names_are_found_as_servers_take_them(wanted: str, found: str | None) -> None:
    names = ["Org/Model", "llava:latest", "models/gemini-3", "/srv/q4.gguf", "llava:7b"]
    model = find_model(read_model_list(json.dumps(names).encode()), wanted)
    assert (model and model.id) == found


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"object": "list", "data": []}'),
        (200, b'{"data": [{"id": "other"}]}'),
        (200, b"<html>a web page</html>"),
        (200, b""),
        (401, b'{"error": "no"}'),
        (403, b'{"error": "Missing scopes: api.model.read"}'),
        (404, b""),
        (405, b""),
        (429, b""),
        (500, b"Internal Server Error"),
        (503, b'{"error": {"message": "Loading model"}}'),
    ],
)
async def test_a_named_model_does_not_depend_on_the_list(
    engine: RemoteEngine, fake: Any, ask: Any, status: int, body: bytes
) -> None:
    async def chat(exchange: Any) -> None:
        await exchange.start()
        await exchange.text(exchange.body["model"], "stop")
        await exchange.end()

    fake.chat = chat
    fake.models = (status, body)
    model = await engine.load(f"{fake.url}#org/My-VL-7B-Instruct", lambda _: None)
    assert model.name == "My-VL-7B"
    assert (await ask(engine))[0].text == "org/My-VL-7B-Instruct"


async def test_a_model_that_is_not_listed_is_refused_where_the_server_refuses_it(
    engine: RemoteEngine, fake: Any, ask: Any
) -> None:
    fake.models = (200, b'{"data": [{"id": "one"}, {"id": "two"}]}')
    fake.chat = lambda exchange: exchange.reply(
        404, b'{"error": {"message": "The model `gpt` does not exist.", "type": "NotFoundError"}}'
    )
    model = await engine.load(f"{fake.url}#gpt", lambda _: None)
    assert "It lists no model gpt but one, two" in model.notice
    with pytest.raises(TurnError, match=r"has no model gpt; it offers one, two \(The model `gpt`"):
        await ask(engine)


async def test_the_context_of_the_table_wins(fake: Any, workers: PictureWorkers) -> None:
    fake.models = (200, b'{"data": [{"id": "m", "max_model_len": 8192}]}')
    tables = {"big": EndpointSettings(url=fake.url, context=4096)}
    engine = RemoteEngine(100, LIMIT, tables, workers)
    assert (await engine.load("big", lambda _: None)).context_length == 4096
    assert (await engine.load("big#m", lambda _: None)).context_length == 4096
    await engine.close()


async def test_a_server_with_one_model_is_taken_to_serve_it_by_any_name(
    engine: RemoteEngine, fake: Any
) -> None:
    fake.models = (200, b'{"data": [{"id": "/srv/q4.gguf", "meta": {"n_ctx_train": 8192}}]}')
    model = await engine.load(f"{fake.url}#qwen", lambda _: None)
    assert (model.name, model.context_length) == ("qwen", 8192)


async def test_a_list_that_does_not_come_holds_up_no_named_model(
    engine: RemoteEngine, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.engine.remote.remote_engine._PATIENCE", 0.05)
    monkeypatch.setattr("seeshell.core.engine.remote.remote_engine._PATIENCE_IF_NAMED", 0.05)
    fake.moved = {"/v1/models": "/v1/silent"}
    fake.chat = lambda exchange: exchange.wait_until_closed()
    with pytest.raises(ModelNotFound, match="did not answer in time"):
        await engine.load(fake.url, lambda _: None)
    assert await engine.load(f"{fake.url}#m", lambda _: None)
