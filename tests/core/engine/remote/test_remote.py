"""The remote engine against mlx-vlm's own server, which runs the demonstration model."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from seeshell.core.client_environment import ClientEnvironment
from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta
from seeshell.core.engine.remote.remote_engine import RemoteEngine
from seeshell.core.errors import EndpointError, ModelNotFound
from seeshell.core.generation_options import GenerationOptions

from .conftest import WITH_KEY


def text(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def load(engine: RemoteEngine, server: Any) -> None:
    await engine.load(f"{server.url}#{server.model}", lambda _: None, WITH_KEY)


async def test_it_finds_the_model_that_the_server_has_loaded(
    engine: RemoteEngine, model_server: Any
) -> None:
    stages: list[Any] = []
    model = await engine.load(model_server.url, stages.append, WITH_KEY)
    assert engine.model == model
    assert model.source == model_server.url
    assert model.notice == f"Text and pictures are sent to {model_server.url[7:-3]}."
    assert stages


async def test_a_question_about_a_picture_is_answered(
    engine: RemoteEngine, model_server: Any, ask: Any, red_circle: Any
) -> None:
    await load(engine, model_server)
    question = PromptMessage.of("user", "what is in the picture?", (red_circle,))
    events = await ask(engine, question)
    assert "red circle" in text(events)
    end = events[-1]
    assert isinstance(end, AnswerEnd)
    assert end.finish_reason == "stop"
    assert end.stats.prompt_tokens > 10
    assert 0 < end.stats.ttft < 60
    assert end.stats.generation_tps > 0
    assert 3 <= end.stats.generated_tokens <= 40

    follow_up = (question, PromptMessage.of("assistant", text(events)))
    events = await ask(engine, *follow_up, PromptMessage.of("user", "what colour is the circle?"))
    assert "red" in text(events).lower()
    assert events[-1].stats.prompt_tokens > end.stats.prompt_tokens


async def test_the_token_limit_is_kept(engine: RemoteEngine, model_server: Any, ask: Any) -> None:
    await load(engine, model_server)
    events = await ask(engine, max_tokens=3)
    assert events[-1].finish_reason == "length"
    assert events[-1].stats.generated_tokens == 3


async def test_after_a_stop_the_next_answer_is_whole(
    engine: RemoteEngine, model_server: Any, ask: Any
) -> None:
    await load(engine, model_server)
    whole = text(await ask(engine))
    prompt = (PromptMessage.of("user", "Hello?"),)
    events = engine.answer(prompt, GenerationOptions(temperature=0.0), environment=WITH_KEY)
    first = await anext(events)
    engine.stop()
    rest = [event async for event in events]
    assert isinstance(first, TextDelta)
    assert whole.startswith(first.text + text(rest))
    assert rest[-1].finish_reason in ("cancelled", "stop")
    assert text(await ask(engine)) == whole


async def test_a_wrong_key_is_refused(engine: RemoteEngine, model_server: Any) -> None:
    wrong = ClientEnvironment(keys={"OPENAI_API_KEY": "sk-wrong"})
    with pytest.raises(ModelNotFound, match="answered 401, it refused the key") as caught:
        await engine.load(model_server.url, lambda _: None, wrong)
    assert "sk-wrong" not in str(caught.value)
    assert engine.model is None


async def test_a_name_that_the_server_does_not_offer_lists_what_it_does(
    engine: RemoteEngine, model_server: Any, ask: Any
) -> None:
    model = await engine.load(f"{model_server.url}#gpt", lambda _: None, WITH_KEY)
    assert "It lists no model gpt but " in model.notice
    with pytest.raises(EndpointError, match=r"has no model gpt; it offers .*model"):
        await ask(engine)
    await load(engine, model_server)
    assert text(await ask(engine))


async def test_an_impossible_request_gives_the_servers_reason(
    engine: RemoteEngine, model_server: Any, ask: Any
) -> None:
    await load(engine, model_server)
    with pytest.raises(EndpointError, match=r"answered 422, it refused the request \(.*number.*\)"):
        await ask(engine, temperature="hot")


async def test_a_missing_picture_is_never_left_out(
    engine: RemoteEngine, model_server: Any, ask: Any, red_circle: Any
) -> None:
    await load(engine, model_server)
    gone = replace(red_circle, path=red_circle.path.with_name("gone.png"), sha256="0" * 64)
    with pytest.raises(Exception, match=r"gone\.png does not exist"):
        await ask(engine, PromptMessage.of("user", "and now?", (gone,)))


def test_a_remote_model_imports_no_mlx() -> None:
    program = (
        "import sys, asyncio; from seeshell.core.engine.selected import SelectedEngine;"
        "from pathlib import Path; from seeshell.core.settings import Settings\n"
        "from seeshell.core.pictures.workers import PictureWorkers\n"
        "engine = SelectedEngine(Settings(), Path('spills'), PictureWorkers())\n"
        "try: asyncio.run(engine.load('http://127.0.0.1:1', print))\n"
        "except Exception as error: print(type(error).__name__)\n"
        "print([n for n in ('mlx', 'mlx_vlm', 'transformers', 'numpy') if n in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.splitlines()[-2:] == ["ModelNotFound", "[]"]
