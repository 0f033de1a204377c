"""The real core process with a model that really answers, through its real socket."""

import asyncio
import os
import signal
import sqlite3
import stat
from pathlib import Path

import pytest

from seeshell.core.conversation import Message
from seeshell.core.errors import CoreDied
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.messages.events import (
    ConversationOpened,
    CoreStatus,
    Delta,
    Prefilled,
    TurnEnded,
    TurnStarted,
)
from seeshell.core.messages.model_events import ModelLoaded, ModelLoading
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import (
    GetStatus,
    ListConversations,
    OpenConversation,
    Shutdown,
    StopTurn,
)
from seeshell.core.settings import Paths, find_paths
from seeshell.core.store.stored_conversations import CORE_ENDED

from ...patience import PATIENCE
from ...running_core import RunningCore
from ..talk import Connect


async def test_a_picture_is_answered_and_a_follow_up_prefills_only_the_new_tokens(
    demo_core: RunningCore, talk: Connect, picture: Path
) -> None:
    client = await talk()
    queued = await client.submit("What is in the picture?", picture)
    answer = await client.end_of(queued)
    assert "red circle" in answer.text
    assert answer.finish_reason == "stop"
    assert answer.stats.images_encoded == 1

    follow_up = await client.ask("What colour is it?", conversation=queued.conversation)
    assert "red" in follow_up.text.lower()
    assert follow_up.stats.images_encoded == 0
    assert follow_up.stats.reused_tokens >= answer.stats.prompt_tokens
    assert follow_up.stats.prefilled_tokens < 20


async def test_a_turn_sent_while_the_model_loads_waits_and_tells_how_far_loading_is(
    talk: Connect, picture: Path
) -> None:
    client = await talk("--model", "demo")
    answer = await client.ask("What is in the picture?", picture)
    assert answer.finish_reason == "stop"
    kinds = [type(event) for event in client.heard]
    assert kinds.index(ModelLoading) < kinds.index(ModelLoaded) < kinds.index(Prefilled)
    deltas = [event.text for event in client.heard if isinstance(event, Delta)]
    assert "".join(deltas) == answer.text
    conversation = next(it.conversation for it in client.heard if isinstance(it, Delta))
    opened = await client.request(OpenConversation(conversation=conversation))
    (attachment,) = opened.conversation.messages[0].attachments
    assert attachment.tokens > 0


async def test_stopping_keeps_what_was_said_and_the_next_turn_works(
    talk: Connect, picture: Path, rambling_model: str
) -> None:
    client = await talk("--model", rambling_model)
    queued = await client.submit("What is in the picture?", picture)
    await client.until(Delta)
    await client.request(StopTurn(conversation=queued.conversation))
    answer = await client.end_of(queued)
    assert answer.finish_reason == "cancelled"
    assert answer.text

    again = await client.submit("And now?", conversation=queued.conversation)
    started = await client.until(TurnStarted, turn=again.turn.id)
    await client.until(Delta, message=started.answer.id)


async def test_a_killed_core_is_reported_and_its_open_answer_is_found_as_failed(
    talk: Connect, picture: Path, rambling_model: str, paths: Paths
) -> None:
    picture_bytes = bytes_of(picture)
    client = await talk("--model", rambling_model)
    queued = await client.submit("What is in the picture?", picture)
    await until_text_is_stored(paths)
    os.kill(client.client.welcome.pid, signal.SIGKILL)
    with pytest.raises(CoreDied) as died:
        await client.until(TurnEnded)
    assert "serving" in died.value.log_tail
    with pytest.raises(CoreDied):
        await client.request(GetStatus())

    survivor = await talk("--model", "demo")
    opened = await survivor.request(OpenConversation(conversation=queued.conversation))
    question, answer = opened.conversation.messages
    assert question.text == "What is in the picture?"
    assert stored_bytes(paths, question) == picture_bytes
    said = "".join(event.text for event in client.heard if isinstance(event, Delta))
    assert answer.text
    assert said.startswith(answer.text)
    assert (answer.finish_reason, answer.error) == ("failed", CORE_ENDED)

    follow_up = await survivor.ask("What colour is it?", conversation=queued.conversation)
    assert follow_up.finish_reason == "stop"


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def stored_bytes(paths: Paths, question: Message) -> bytes:
    return bytes_of(paths.picture(question.attachments[0].sha256))


async def until_text_is_stored(paths: Paths) -> None:
    """Reads the database as another process would, until an answer has text."""
    async with asyncio.timeout(PATIENCE):
        found = 0
        while not found:
            database = sqlite3.connect(paths.database)
            query = (
                "SELECT length(text) FROM part JOIN message ON message.id = message_id "
                "WHERE role = 'assistant'"
            )
            (found,) = database.execute(query).fetchone() or (0,)
            database.close()
            await asyncio.sleep(0.02)


async def test_an_answer_goes_on_when_its_client_is_gone(
    demo_core: RunningCore, talk: Connect, picture: Path
) -> None:
    client = await talk()
    queued = await client.submit("What is in the picture?", picture)
    await client.client.close()

    later = await talk()
    opened: ConversationOpened = await later.request(
        OpenConversation(conversation=queued.conversation)
    )
    messages = opened.conversation.messages
    if messages and messages[-1].finish_reason:
        answer = messages[-1]
    else:
        answer = await later.end_of(queued)
    assert "red circle" in answer.text


async def test_a_client_that_comes_late_hears_the_open_answer_from_its_start(
    talk: Connect, picture: Path, rambling_model: str
) -> None:
    first = await talk("--model", rambling_model)
    queued = await first.submit("What is in the picture?", picture)
    for _ in range(10):
        await first.until(Delta)
    second = await talk()
    opened = await second.request(OpenConversation(conversation=queued.conversation))
    assert opened.conversation.messages[-1].text == ""
    await second.until(Delta)
    await second.request(StopTurn(conversation=queued.conversation))
    answer = await second.end_of(queued)
    heard = [event.text for event in second.heard if isinstance(event, Delta)]
    assert "".join(heard) == answer.text
    assert isinstance(second.heard[0], Prefilled)
    assert await first.end_of(queued) == answer


async def test_two_clients_are_answered_one_after_the_other(
    demo_core: RunningCore, talk: Connect, picture: Path
) -> None:
    first, second = await talk(), await talk()
    one = await first.submit("What is in the picture?", picture)
    two = await second.submit("What colour is the circle?", picture)
    first_answer, second_answer = await asyncio.gather(first.end_of(one), second.end_of(two))
    assert first_answer.finish_reason == second_answer.finish_reason == "stop"
    assert not any(isinstance(event, Delta) for event in first.heard if is_of(event, two))
    assert not any(isinstance(event, Delta) for event in second.heard if is_of(event, one))


def is_of(event: object, queued: TurnQueued) -> bool:
    return getattr(event, "conversation", None) == queued.conversation


async def test_terminating_the_core_stores_the_open_answer_as_stopped(
    talk: Connect, picture: Path, rambling_model: str, paths: Paths
) -> None:
    client = await talk("--model", rambling_model)
    queued = await client.submit("What is in the picture?", picture)
    await client.until(Delta)
    os.kill(client.client.welcome.pid, signal.SIGTERM)
    answer = await client.end_of(queued)
    assert answer.finish_reason == "cancelled"
    with pytest.raises(CoreDied):
        await client.until(TurnEnded)

    later = await talk("--model", "/nowhere")
    opened = await later.request(OpenConversation(conversation=queued.conversation))
    assert opened.conversation.messages[-1] == answer


async def test_every_file_and_folder_belongs_to_the_user_alone(
    demo_core: RunningCore, talk: Connect, picture: Path, home: Path
) -> None:
    client = await talk()
    await client.ask("What is in the picture?", picture)
    found = everything_below(home)
    socket = make_socket_path(find_paths({"SEESHELL_HOME": str(home)}))
    assert {path.name for path in found} >= {"conversations.sqlite", socket.name, "core.log"}
    assert [path for path in found if not is_private(path)] == []


def everything_below(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def is_private(path: Path) -> bool:
    return stat.S_IMODE(path.lstat().st_mode) == (0o700 if path.is_dir() else 0o600)


async def test_the_status_tells_model_context_and_memory(
    demo_core: RunningCore, talk: Connect, picture: Path
) -> None:
    client = await talk()
    await client.ask("What is in the picture?", picture)
    status: CoreStatus = await client.request(GetStatus())
    assert (status.state, status.model) == ("ready", "demo")
    assert 0 < status.context_used < status.context_length
    assert status.active_bytes > 1_000_000
    assert (status.clients, status.open_turns, status.pid) == (1, 0, demo_core.pid)


async def test_a_shutdown_is_confirmed_and_leaves_nothing_behind(
    demo_core: RunningCore, talk: Connect, paths: Paths
) -> None:
    client = await talk()
    await client.request(Shutdown())
    with pytest.raises(CoreDied):
        await client.until(TurnEnded)
    restarted = await talk("--model", "/nowhere")
    assert restarted.client.welcome.pid != demo_core.pid
    listed = await restarted.request(ListConversations())
    assert listed.conversations == ()
