"""One core and two models, of which one is resident: the demonstration model under two names."""

import shutil
from pathlib import Path

import pytest

from seeshell.core import demo
from seeshell.core.generation_options import ConversationChoices
from seeshell.core.messages.events import CoreStatus
from seeshell.core.messages.model_requests import UnloadModel
from seeshell.core.messages.requests import GetStatus, SubmitTurn

from ..talk import Connect


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two folders with the same weights."""
    folder = tmp_path_factory.mktemp("models")
    names = (str(folder / "first"), str(folder / "second"))
    for name in names:
        shutil.copytree(demo.MODEL_PATH, name)
    return names


async def test_each_conversation_is_answered_by_its_model_and_finds_its_kv_again(
    talk: Connect, picture: Path, models: tuple[str, str]
) -> None:
    first, second = models
    client = await talk("--model", first)
    queued = await client.submit("What is in the picture?", picture)
    begun = await client.end_of(queued)
    other = await client.request(
        SubmitTurn(text="What can you see?", choices=ConversationChoices(second))
    )
    answered = await client.end_of(other)
    assert [it.model_source for it in (begun, answered)] == [first, second]

    going_on = await client.ask("What colour is it?", conversation=queued.conversation)
    assert (going_on.model_source, "red" in going_on.text.lower()) == (first, True)
    assert going_on.stats.images_encoded == 0
    assert going_on.stats.reused_tokens >= begun.stats.prompt_tokens

    await client.request(UnloadModel())
    status: CoreStatus = await client.request(GetStatus())
    assert (status.state, status.source, status.active_bytes) == ("unloaded", first, 0)
    back = await client.ask("And now?", conversation=other.conversation)
    assert back.model_source == second
    assert back.stats.reused_tokens >= answered.stats.prompt_tokens
