"""What is left of queues and deletions when a real core is killed."""

import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing, suppress

import pytest

from seeshell.core.errors import CoreDied, NotStored
from seeshell.core.messages.events import Delta, TurnEnded, TurnStarted
from seeshell.core.messages.library_requests import ContinueAnswer
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.queue_requests import ResumeQueue
from seeshell.core.messages.requests import (
    DeleteConversation,
    ListConversations,
    OpenConversation,
    RestoreConversation,
    StopTurn,
    SubmitTurn,
)
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ...running_core import wait_for_end
from ..talk import Connect, Talk

DELAYS = (0.0, 0.002, 0.005, 0.01, 0.03)
"""Seconds after the first of a burst of requests at which the core is killed."""


async def kill(client: Talk, paths: Paths) -> None:
    os.kill(client.client.welcome.pid, signal.SIGKILL)
    with pytest.raises(CoreDied):
        await client.until(SubmitTurn)
    await asyncio.to_thread(wait_for_end, paths)


def wait_for_words(paths: Paths) -> None:
    """Returns once a part of the answer is on the disk."""
    end = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(paths.database)) as database:
        saved = "SELECT 1 FROM part JOIN message ON id = message_id WHERE role = 'assistant'"
        while database.execute(saved).fetchone() is None:
            assert time.monotonic() < end
            time.sleep(0.01)


async def test_a_queue_outlives_a_kill_and_waits_for_the_user(
    talk: Connect, rambling_model: str, paths: Paths
) -> None:
    client = await talk("--model", rambling_model)
    first = await client.submit("What can you do?")
    more = [
        await client.submit(text, conversation=first.conversation)
        for text in ("What can you see?", "What else can you do?")
    ]
    await asyncio.to_thread(wait_for_words, paths)
    await kill(client, paths)

    later = await talk("--model", "demo")
    opened = await later.request(OpenConversation(conversation=first.conversation))
    question, answer = opened.conversation.messages
    assert (question.text, answer.finish_reason) == ("What can you do?", "failed")
    assert opened.conversation.queue == tuple(reply.turn for reply in more)
    assert opened.conversation.is_paused
    assert answer.error == "The core ended during this answer."
    went_on = await later.request(
        ContinueAnswer(conversation=first.conversation, message=answer.id)
    )
    grown = await later.end_of(went_on)
    assert (grown.id, grown.finish_reason) == (answer.id, "stop")
    assert grown.text.startswith(answer.text)
    await later.request(ResumeQueue(conversation=first.conversation))
    for reply in more:
        started: TurnStarted = await later.until(TurnStarted)
        assert started.turn == reply.turn.id
        assert (await later.end_of(reply)).finish_reason == "stop"


@pytest.mark.parametrize("delay", DELAYS)
async def test_what_was_confirmed_is_there_after_a_kill_and_what_is_sent_again_is_there_once(
    talk: Connect, rambling_model: str, paths: Paths, delay: float
) -> None:
    client = await talk("--model", rambling_model)
    first = await client.submit("What can you do?")
    requests = [
        SubmitTurn(text=f"{number}?", turn=f"turn-{number}", conversation=first.conversation)
        for number in range(8)
    ]
    replies = [asyncio.create_task(client.request(request)) for request in requests]
    await asyncio.sleep(delay)
    await kill(client, paths)
    outcomes = await asyncio.gather(*replies, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {TurnQueued, CoreDied}
    confirmed = [reply.turn.id for reply in outcomes if isinstance(reply, TurnQueued)]

    later = await talk("--model", rambling_model)
    opened = await later.request(OpenConversation(conversation=first.conversation))
    stored = [turn.id for turn in opened.conversation.queue if turn.id != first.turn.id]
    assert set(confirmed) <= set(stored)
    for request in requests:
        reply: TurnQueued = await later.request(request)
        assert (reply.conversation, reply.turn.id) == (first.conversation, request.turn)
    opened = await later.request(OpenConversation(conversation=first.conversation))
    waiting = [turn.id for turn in opened.conversation.queue if turn.id != first.turn.id]
    assert sorted(waiting) == [request.turn for request in requests]


@pytest.mark.parametrize("delay", DELAYS[::2])
async def test_a_deletion_is_done_or_not_done_after_a_kill_and_can_be_taken_back(
    talk: Connect, demo_core: object, paths: Paths, delay: float
) -> None:
    client = await talk()
    queued = await client.submit("What can you do?")
    answer = await client.end_of(queued)
    delete = asyncio.create_task(
        client.request(DeleteConversation(conversation=queued.conversation))
    )
    await asyncio.sleep(delay)
    is_confirmed = delete.done()
    await kill(client, paths)
    with suppress(CoreDied):
        await delete

    later = await talk("--model", "demo")
    listed = (await later.request(ListConversations())).conversations
    assert not (is_confirmed and listed)
    if not listed:
        with pytest.raises(NotStored):
            await later.request(OpenConversation(conversation=queued.conversation))
        await later.request(RestoreConversation(conversation=queued.conversation))
    opened = await later.request(OpenConversation(conversation=queued.conversation))
    assert opened.conversation.messages[-1] == answer
    follow_up = await later.ask("What can you see?", conversation=queued.conversation)
    assert follow_up.finish_reason == "stop"


async def test_a_stop_sent_right_behind_its_submit_stops_that_turn_in_a_real_core(
    talk: Connect, rambling_model: str
) -> None:
    client = await talk("--model", rambling_model)
    warm = await client.submit("What can you do?")
    await client.until(Delta)
    await client.request(StopTurn(conversation=warm.conversation))
    await client.until(TurnEnded)
    for number in range(5):
        submit = SubmitTurn(text=f"{number}?", conversation=warm.conversation)
        queued, _ = await asyncio.gather(
            client.request(submit), client.request(StopTurn(conversation=warm.conversation))
        )
        assert (await client.end_of(queued)).finish_reason == "cancelled"
