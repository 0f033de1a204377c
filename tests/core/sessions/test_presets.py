"""Turns that are answered as a preset, or as their own options, say."""

import asyncio
from pathlib import Path

import pytest

from seeshell.core.engine.engine import PromptMessage
from seeshell.core.errors import BadRequest, PresetNotFound
from seeshell.core.generation_options import MOST_TOKENS, ConversationChoices, GenerationOptions
from seeshell.core.messages.events import (
    ChoicesChanged,
    ConversationOpened,
    Notice,
    Prefilled,
    TurnEnded,
    TurnWithdrawn,
)
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import (
    ChooseForConversation,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    SubmitTurn,
)
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of

TERSE = ConversationChoices(preset="terse")
FILE = """
[presets.terse]
system = "Be terse."
thinking = true
temperature = 0.5
pixel_budget = 64

[presets.long]
max_tokens = 9

[models.scripted]
preset = "long"
"""


@pytest.fixture
def file(paths: Paths) -> Path:
    paths.presets_file.write_text(FILE)
    return paths.presets_file


def change(file: Path, text: str | None) -> None:
    """Writes the file, or deletes it."""
    if text is None:
        file.unlink()
    else:
        file.write_text(text)


async def ask(sessions: Sessions, client: Listener, request: SubmitTurn) -> TurnQueued:
    queued: TurnQueued = await carry_out(sessions, request, client)
    await end_of(client, queued)
    return queued


@pytest.mark.usefixtures("file")
async def test_a_turns_own_options_come_before_the_preset_and_this_before_the_settings(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    for _ in range(3):
        engine.enqueue("It is.")
    own = GenerationOptions(temperature=0.0, seed=3)
    first = await ask(sessions, client, SubmitTurn(text="?", choices=TERSE))
    again = SubmitTurn(text="?", conversation=first.conversation, options=own)
    await ask(sessions, client, again)
    await ask(sessions, client, SubmitTurn(text="?", options=GenerationOptions(system="")))
    preset = GenerationOptions(
        system="Be terse.",
        temperature=0.5,
        max_tokens=MOST_TOKENS,
        pixel_budget=64,
        thinking=True,
    )
    assert engine.options == [
        preset,
        own.over(preset),
        GenerationOptions(system="", max_tokens=9),
    ]
    system = PromptMessage("system", ("Be terse.",))
    assert [prompt[0] for prompt in engine.history] == [
        system,
        system,
        PromptMessage("user", ("?",)),
    ]


@pytest.mark.usefixtures("file")
async def test_work_ahead_begins_as_the_turn_with_the_preset_will(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, picture: Path
) -> None:
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    sha256 = attached.attachment.sha256
    engine.forget_work()
    await carry_out(sessions, PrepareTurn(attachments=(sha256,), choices=TERSE), client)
    await engine.until("prepared", 0)
    engine.enqueue("It is.")
    await ask(sessions, client, SubmitTurn(text="?", attachments=(sha256,), choices=TERSE))
    (*ahead, draft), (*asked, question) = engine.prepared[-1], engine.history[-1]
    assert ahead == asked == [PromptMessage("system", ("Be terse.",))]
    assert draft.images == question.images
    assert draft.images[0].pixel_budget == 64
    assert engine.prepared_thinking[-1] is True


@pytest.mark.usefixtures("file")
async def test_pictures_that_were_sent_keep_their_budget(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, picture: Path
) -> None:
    attached = await carry_out(sessions, Attach(path=str(picture)), client)
    for _ in range(3):
        engine.enqueue("It is.")
    sent = SubmitTurn(text="?", attachments=(attached.attachment.sha256,), choices=TERSE)
    first = await ask(sessions, client, sent)
    other = ConversationChoices(preset="long")
    conversation = first.conversation
    chosen = ChooseForConversation(conversation=conversation, choices=other)
    await carry_out(sessions, chosen, client)
    await client.until(ChoicesChanged, conversation=conversation, choices=other)
    more = SubmitTurn(
        text="?", attachments=(attached.attachment.sha256,), conversation=conversation
    )
    await ask(sessions, client, more)
    again: TurnQueued = await carry_out(
        sessions, RegenerateAnswer(conversation=conversation), client
    )
    await end_of(client, again)
    budgets = [[it.pixel_budget for m in prompt for it in m.images] for prompt in engine.history]
    assert budgets == [[64], [64, 0], [64, 0]]
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=conversation), client
    )
    stored = [it.pixel_budget for m in opened.conversation.messages for it in m.attachments]
    assert stored == [64, 0]


async def test_what_cant_be_used_is_refused_and_nothing_is_stored(
    sessions: Sessions, client: Listener, file: Path
) -> None:
    with pytest.raises(PresetNotFound, match=f"There is no preset gone in {file}"):
        await carry_out(
            sessions, SubmitTurn(text="?", choices=ConversationChoices(preset="gone")), client
        )
    with pytest.raises(BadRequest, match=r"temperature is 3\.0, but must be a number from 0 to 2"):
        await carry_out(
            sessions, SubmitTurn(text="?", options=GenerationOptions(temperature=3.0)), client
        )
    with pytest.raises(BadRequest, match=r"schema is .* but must be a JSON schema"):
        options = GenerationOptions(schema="x" * (1 << 21))
        await carry_out(sessions, SubmitTurn(text="?", options=options), client)
    assert not sessions.is_busy


async def test_a_preset_that_goes_while_the_turn_waits_gives_the_question_back(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, file: Path
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, "one")
    first: TurnQueued = await carry_out(sessions, SubmitTurn(text="1", choices=TERSE), client)
    await client.until(Prefilled)
    second: TurnQueued = await carry_out(
        sessions, SubmitTurn(text="2", conversation=first.conversation), client
    )
    change(file, None)
    # Any question has the core look at the file.
    with pytest.raises(PresetNotFound):
        await carry_out(sessions, SubmitTurn(text="3", conversation=first.conversation), client)
    gate.set()
    ended = await end_of(client, first)
    assert isinstance(ended, TurnEnded)
    withdrawn = await client.until(TurnWithdrawn, turn=second.turn.id)
    assert "There is no preset terse" in withdrawn.sentence
    assert [m.text for m in withdrawn.restored.messages] == ["1", "one"]


async def test_a_broken_file_is_told_of_once_and_the_presets_before_it_count(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, file: Path
) -> None:
    for _ in range(3):
        engine.enqueue("It is.")
    await ask(sessions, client, SubmitTurn(text="?", choices=TERSE))
    change(file, "[presets.terse]\nsystem = 5")
    for _ in range(2):
        await ask(sessions, client, SubmitTurn(text="?", choices=TERSE))
    notices = [event.sentence for event in client.heard if isinstance(event, Notice)]
    assert [it.endswith("Until then the presets before it count.") for it in notices] == [True]
    assert [prompt[0].text for prompt in engine.history] == ["Be terse."] * 3


async def test_a_change_of_the_file_has_the_next_turn_prepared_again(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, file: Path
) -> None:
    await carry_out(sessions, PrepareTurn(choices=TERSE), client)
    await engine.until("prepared", 0)
    change(file, FILE.replace("Be terse.", "Be kind."))
    engine.forget_work()
    await carry_out(sessions, PrepareTurn(choices=TERSE), client)
    await engine.until("prepared", 0)
    assert engine.prepared[-1][0].text == "Be kind."
