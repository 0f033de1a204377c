"""Presets with the demonstration model: what they change of its prompts and answers."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Message
from seeshell.core.engine.selected import SelectedEngine
from seeshell.core.generation_options import NO_OPTIONS, ConversationChoices, GenerationOptions
from seeshell.core.messages.events import TurnEnded
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ..talk import Listener, carry_out, end_of

PRESETS = """
[presets.terse]
system = "Answer in one word, whatever is asked of you."
temperature = 0

[presets.kind]
system = "Be kind and friendly to everybody."
temperature = 0
"""

Ask = Callable[..., Awaitable[Message]]


@pytest.fixture
async def sessions(
    archive: Archive, paths: Paths, workers: PictureWorkers
) -> AsyncIterator[Sessions]:
    paths.presets_file.write_text(PRESETS)
    settings = Settings()
    engine = SelectedEngine(settings, paths.spills_dir, workers)
    sessions = Sessions(archive, engine, paths, settings, "1.0")
    sessions.model.load("demo")
    yield sessions
    await sessions.close()
    await engine.close()


@pytest.fixture
def ask(sessions: Sessions, client: Listener) -> Ask:
    conversations: list[int | None] = [None]

    async def ask(text: str, preset: str = "", options: GenerationOptions = NO_OPTIONS) -> Message:
        """Asks in the same conversation as before."""
        request = SubmitTurn(
            text=text,
            conversation=conversations[-1],
            choices=ConversationChoices(preset=preset),
            options=options,
        )
        queued = await carry_out(sessions, request, client)
        conversations.append(queued.conversation)
        ended = await end_of(client, queued)
        assert isinstance(ended, TurnEnded), ended
        return ended.message

    return ask


async def test_with_one_system_prompt_a_follow_up_prefills_only_the_new_tokens(ask: Ask) -> None:
    first, second, third = [
        (await ask(text, preset)).stats
        for text, preset in (("What is a circle?", "terse"), ("A star?", "terse"), ("?", "kind"))
    ]
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.recomputed == second.recomputed == ""
    assert second.reused_tokens >= first.prompt_tokens
    assert second.prefilled_tokens + second.reused_tokens == second.prompt_tokens
    assert second.prefilled_tokens < 20
    # With another system prompt everything after it is another prompt.
    assert third.reused_tokens < 10
    assert third.prefilled_tokens > second.prompt_tokens


async def test_options_of_one_turn_count_for_it_alone(ask: Ask) -> None:
    short = await ask("What is in the picture?", options=GenerationOptions(max_tokens=2))
    assert short.finish_reason == "length"
    assert short.stats is not None
    assert short.stats.generated_tokens == 2
    longer = await ask("What is in the picture?")
    assert longer.finish_reason == "stop"
    assert longer.stats is not None
    assert longer.stats.generated_tokens > 2


async def test_a_seed_repeats_what_is_drawn_and_temperature_0_draws_nothing(
    sessions: Sessions, client: Listener
) -> None:
    async def ask(options: GenerationOptions) -> str:
        request = SubmitTurn(text="I only know pictures of coloured shapes.", options=options)
        ended = await end_of(client, await carry_out(sessions, request, client))
        assert isinstance(ended, TurnEnded), ended
        return ended.message.text

    options = [
        GenerationOptions(
            temperature=2.0, top_p=1.0, top_k=0, repetition_penalty=10.0, seed=seed, max_tokens=20
        )
        for seed in range(4)
    ]
    drawn = [await ask(it) for it in options]
    assert [await ask(it) for it in options] == drawn
    assert len(set(drawn)) > 1
    greedy = [await ask(replace(it, temperature=0.0)) for it in options]
    assert len(set(greedy)) == 1
