"""One engine stands for whichever the source asks for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.engine.engine import AnswerEnd, PromptMessage, TextDelta
from seeshell.core.engine.selected import SelectedEngine
from seeshell.core.errors import ModelNotFound, TurnError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Settings

from .conftest import WITH_KEY

QUESTION = (PromptMessage.of("user", "what can you do?"),)


@pytest.fixture
async def selected(
    model_server: Any, tmp_path: Path, workers: PictureWorkers
) -> AsyncIterator[SelectedEngine]:
    engine = SelectedEngine(Settings(), tmp_path / "spills", workers)
    yield engine
    await engine.close()


async def ask(engine: SelectedEngine) -> str:
    text = ""
    options = GenerationOptions(temperature=0.0)
    async for event in engine.answer(QUESTION, options, environment=WITH_KEY):
        if isinstance(event, TextDelta):
            text += event.text
    assert isinstance(event, AnswerEnd)
    return text


async def test_before_a_model_is_loaded_everything_else_works(selected: SelectedEngine) -> None:
    attachment = Attachment("0" * 64, "a.png", 100, 100)
    assert selected.model is None
    assert selected.active_bytes == 0
    assert await selected.measure(attachment) == attachment
    selected.stop()
    await selected.unload()
    with pytest.raises(TurnError, match="No model is loaded"):
        await ask(selected)


async def test_switching_between_here_and_there_and_back(
    selected: SelectedEngine, model_server: Any
) -> None:
    here = await selected.load("demo", lambda _: None)
    assert selected.model == here
    assert selected.active_bytes > 1_000_000
    answer = await ask(selected)
    assert answer

    there = await selected.load(model_server.url, lambda _: None, WITH_KEY)
    assert selected.model == there
    assert selected.active_bytes == 0
    assert await ask(selected) == answer

    assert await selected.load("demo", lambda _: None) == here
    assert await ask(selected) == answer


async def test_a_model_that_can_not_be_loaded_leaves_the_one_before(
    selected: SelectedEngine, model_server: Any
) -> None:
    there = await selected.load(model_server.url, lambda _: None, WITH_KEY)
    answer = await ask(selected)
    for source in ("http://127.0.0.1:1", "/nowhere", "nothing"):
        with pytest.raises(ModelNotFound):
            await selected.load(source, lambda _: None)
        assert selected.model == there
        assert await ask(selected) == answer


async def test_a_conversation_that_is_deleted_while_its_model_is_not_there_leaves_no_spill(
    model_server: Any, tmp_path: Path, workers: PictureWorkers
) -> None:
    spills = tmp_path / "spills"
    engine = SelectedEngine(Settings(), spills, workers)
    await engine.load("demo", lambda _: None)
    async for _ in engine.answer(QUESTION, GenerationOptions(temperature=0.0), conversation=7):
        pass
    await engine.load(model_server.url, lambda _: None, WITH_KEY)
    assert files_in(spills)
    await engine.forget(8)
    assert files_in(spills)
    await engine.keep_only(frozenset({7}))
    assert files_in(spills)
    await engine.forget(7)
    assert files_in(spills) == []
    await engine.close()


async def test_spills_of_gone_conversations_are_deleted_while_the_model_is_a_remote_one(
    model_server: Any, tmp_path: Path
) -> None:
    spills = tmp_path / "spills"
    engine = SelectedEngine(Settings(), spills, PictureWorkers())
    await engine.keep_only(frozenset())
    await engine.load("demo", lambda _: None)
    async for _ in engine.answer(QUESTION, GenerationOptions(temperature=0.0), conversation=7):
        pass
    await engine.load(model_server.url, lambda _: None, WITH_KEY)
    assert files_in(spills)
    await engine.keep_only(frozenset({8}))
    assert files_in(spills) == []
    await engine.close()


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())
