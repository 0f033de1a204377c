"""What becomes of answers that are no complete success, whichever engine gives them."""

import asyncio
from collections.abc import Sequence

import pytest

from seeshell.core.conversation import FinishReason, TurnStats
from seeshell.core.engine.engine import (
    AnswerEnd,
    AnswerEvent,
    PromptMessage,
    TextDelta,
    ThoughtsDelta,
)
from seeshell.core.errors import OutOfMemory, PromptTooLong
from seeshell.core.messages.events import Prefilled, TurnEnded, TurnFailed
from seeshell.core.messages.queue_events import QueueChanged
from seeshell.core.messages.requests import PrepareTurn, RegenerateAnswer, StopTurn
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit

STOP, LENGTH, FILTERED = AnswerEnd("stop"), AnswerEnd("length"), AnswerEnd("filtered")
FULL = AnswerEnd("length", TurnStats(ended_early="The memory for KV caches is full."))
THOUGHT = ThoughtsDelta("Hm. Two lemons.")

Script = Sequence[AnswerEvent | str | Exception]


@pytest.mark.parametrize(
    ("script", "reason", "told"),
    [
        pytest.param(["Two."], "stop", "", id="a word"),
        pytest.param([THOUGHT, "Two."], "stop", "", id="thoughts and a word"),
        pytest.param(["Two le", LENGTH], "length", "", id="cut off after a word"),
        pytest.param(["\U0001fae8"], "stop", "", id="one emoji that is newer than Python"),
        pytest.param(["The person", FILTERED], "filtered", "filter cut", id="filtered in mid-text"),
        pytest.param([FILTERED], "filtered", "filter let no answer", id="filtered at once"),
        pytest.param([THOUGHT, FILTERED], "filtered", "let no answer", id="filtered in thought"),
        pytest.param(["\n", FILTERED], "filtered", "let no answer", id="filtered after a newline"),
        pytest.param([], "empty", "empty answer: ask again", id="no word"),
        pytest.param([" \n\t\u2028 "], "empty", "empty answer", id="white space alone"),
        pytest.param(["\ufeff\u200b\x00"], "empty", "empty answer", id="nothing that is seen"),
        pytest.param([LENGTH], "empty", "max_tokens", id="no word within the token limit"),
        pytest.param([FULL], "empty", "KV caches is full", id="no word within the memory"),
        pytest.param([ThoughtsDelta(" \n")], "empty", "empty", id="blank thoughts"),
        pytest.param([THOUGHT], "thoughts_only", "after thinking", id="thoughts alone"),
        pytest.param([THOUGHT, "\n\n"], "thoughts_only", "after thinking", id="thoughts and space"),
        pytest.param([THOUGHT, LENGTH], "thoughts_only", "max_tokens", id="thoughts to the limit"),
        pytest.param([THOUGHT, FULL], "thoughts_only", "caches is full", id="thoughts to the brim"),
    ],
)
async def test_an_ending_is_judged_by_what_came(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    script: Script,
    reason: FinishReason,
    told: str,
) -> None:
    engine.enqueue(*script)
    ended = await end_of(client, await submit(sessions, client, "?"))
    assert isinstance(ended, TurnEnded)
    message = ended.message
    assert message.finish_reason == reason
    assert told in message.error
    assert (message.error == "") == (told == "")
    assert message.text == "".join(it.text for it in _events(script) if isinstance(it, TextDelta))
    thoughts = [it.text for it in _events(script) if isinstance(it, ThoughtsDelta)]
    assert message.thoughts == "".join(thoughts)
    assert message.stats is not None


def _events(script: Script) -> list[AnswerEvent | Exception]:
    return [TextDelta(it) if isinstance(it, str) else it for it in script]


async def test_a_stop_while_it_thinks_stays_cancelled(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(THOUGHT, asyncio.Event())
    queued = await submit(sessions, client, "?")
    await client.until(Prefilled)
    await carry_out(sessions, StopTurn(conversation=queued.conversation), client)
    ended = await end_of(client, queued)
    assert (ended.message.finish_reason, ended.message.error) == ("cancelled", "")


async def test_a_question_that_was_thought_about_is_not_given_back(
    sessions: Sessions, engine: ScriptedEngine, client: Listener
) -> None:
    engine.enqueue(THOUGHT, PromptTooLong("The thoughts filled the context."))
    ended = await end_of(client, await submit(sessions, client, "?"))
    assert isinstance(ended, TurnFailed)
    assert ended.message.thoughts == THOUGHT.text


def user(*parts: str) -> PromptMessage:
    return PromptMessage("user", parts)


def assistant(text: str) -> PromptMessage:
    return PromptMessage("assistant", (text,))


MERGED = (user("1", "\n\n2"),)


@pytest.mark.parametrize(
    ("script", "prompt"),
    [
        pytest.param([FILTERED], (user("2"),), id="filtered at once"),
        pytest.param([THOUGHT, FILTERED], (user("2"),), id="filtered in thought"),
        pytest.param([" ", FILTERED], (user("2"),), id="filtered after a space"),
        pytest.param([OutOfMemory("No.")], (user("2"),), id="failed at once"),
        pytest.param([THOUGHT, OutOfMemory("No.")], (user("2"),), id="failed in thought"),
        pytest.param(["\n", OutOfMemory("No.")], (user("2"),), id="failed after a newline"),
        pytest.param([], MERGED, id="empty"),
        pytest.param([" \n"], MERGED, id="white space"),
        pytest.param([THOUGHT], MERGED, id="thoughts alone"),
        pytest.param([THOUGHT, LENGTH], MERGED, id="thoughts to the limit"),
        pytest.param(
            ["A", FILTERED], (user("1"), assistant("A"), user("2")), id="filtered in mid-text"
        ),
        pytest.param([THOUGHT, "A"], (user("1"), assistant("A"), user("2")), id="complete"),
    ],
)
async def test_what_later_prompts_repeat(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    script: Script,
    prompt: tuple[PromptMessage, ...],
) -> None:
    engine.enqueue(*script)
    first = await submit(sessions, client, "1")
    await end_of(client, first)
    engine.forget_work()
    await carry_out(sessions, PrepareTurn(conversation=first.conversation), client)
    await engine.until("prepared", first.conversation)
    *before, question = prompt
    ahead = (*question.parts[:-1], "\n\n" if question.parts[:-1] else "")
    assert engine.prepared[-1] == (*before, user(*ahead))
    engine.enqueue("yes")
    await end_of(client, await submit(sessions, client, "2", first.conversation))
    assert engine.history[-1] == prompt


@pytest.mark.parametrize(
    ("script", "is_paused"),
    [
        pytest.param([FILTERED], True, id="filtered"),
        pytest.param([], True, id="empty"),
        pytest.param([THOUGHT], True, id="thoughts alone"),
        pytest.param(["Two le", LENGTH], False, id="cut off"),
        pytest.param(["Two."], False, id="complete"),
    ],
)
async def test_what_waits_is_paused_where_one_wants_to_ask_again(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    script: Script,
    is_paused: bool,
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate, *script)
    engine.enqueue("two")
    first = await submit(sessions, client, "1")
    await client.until(Prefilled)
    second = await submit(sessions, client, "2", first.conversation)
    gate.set()
    await end_of(client, first)
    if is_paused:
        await client.until(QueueChanged, is_paused=True)
        engine.enqueue("three")
        again = RegenerateAnswer(conversation=first.conversation)
        assert (await end_of(client, await carry_out(sessions, again, client))).message.text
    assert (await end_of(client, second)).message.text
