"""Requests of one connection: in their order about one conversation, else beside each other."""

import asyncio
import threading
from typing import Any

import pytest

from seeshell.core.messages.events import AnyEvent
from seeshell.core.messages.requests import AnyRequest, ListConversations
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.sessions.subscribers import Subscriber
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from .lines import HELLO, Dial, Line


async def with_conversations(dial: Dial, engine: ScriptedEngine, number: int = 1) -> Line:
    """A client of whom that many conversations are answered; their ids begin with 1."""
    line = await dial(HELLO)
    for _ in range(number):
        engine.enqueue("Yes.")
        line.write({"type": "SubmitTurn", "request": 2, "text": "Is it?"})
        await line.until("TurnEnded")
    return line


def submit(request: int, text: str = "And now?", conversation: int = 1) -> dict[str, Any]:
    frame = {"type": "SubmitTurn", "request": request, "text": text}
    return frame | {"conversation": conversation}


def about(kind: str, request: int, conversation: int = 1, **fields: object) -> dict[str, Any]:
    return {"type": kind, "request": request, "conversation": conversation} | fields


async def test_a_stop_right_behind_its_turn_stops_it(dial: Dial, engine: ScriptedEngine) -> None:
    line = await with_conversations(dial, engine)
    for request in range(10, 40, 2):
        engine.enqueue("Half", asyncio.Event())
        line.write(submit(request), about("StopTurn", request + 1))
        queued, stopped = await line.replies(request, request + 1)
        assert (queued["type"], stopped["type"]) == ("TurnQueued", "Done")
    line.write(about("OpenConversation", 50))
    answers = (await line.reply(50))["conversation"]["messages"][1::2]
    assert [it["finish_reason"] for it in answers] == ["stop"] + ["cancelled"] * (len(answers) - 1)


async def test_a_turn_right_behind_a_stop_is_queued_after_it(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine)
    engine.enqueue("Half", asyncio.Event())
    engine.enqueue("Whole.")
    line.write(submit(10), about("StopTurn", 11), submit(12, "Again?"))
    assert [it["reply_to"] for it in await line.replies(10, 11, 12)] == [10, 11, 12]


async def test_what_is_read_right_behind_a_change_shows_it(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine)
    frames = []
    for number in range(7):
        frames.append(about("RenameConversation", 10 + 2 * number, title=f"Title {number}"))
        frames.append(about("OpenConversation", 11 + 2 * number))
    line.write(*frames)
    replies = await line.replies(*range(10, 24))
    assert [it["reply_to"] for it in replies] == list(range(10, 24))
    titles = [it["conversation"]["summary"]["title"] for it in replies[1::2]]
    assert titles == [f"Title {number}" for number in range(7)]


async def test_a_deleted_conversation_is_gone_for_the_request_behind(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine)
    line.write(about("DeleteConversation", 10), about("OpenConversation", 11))
    deleted, opened = await line.replies(10, 11)
    assert (deleted["type"], opened["type"]) == ("Done", "Refused")


async def test_a_refused_request_lets_the_next_one_go_on(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine)
    line.write(
        about("ForkConversation", 10, message=99),
        about("SwitchBranch", 11, message=99),
        about("OpenConversation", 12),
    )
    replies = await line.replies(10, 11, 12)
    kinds = [(it["reply_to"], it["type"]) for it in replies]
    assert kinds == [(10, "Refused"), (11, "Refused"), (12, "ConversationOpened")]


async def test_other_conversations_and_other_requests_do_not_wait(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine, 2)
    gate = asyncio.Event()
    engine.enqueue(gate)
    engine.stop = gate.clear  # type: ignore[method-assign]
    line.write(submit(10))
    await line.until("Prefilled")
    line.write(
        about("StopTurn", 11),
        about("OpenConversation", 12),
        about("OpenConversation", 13, conversation=2),
        about("RenameConversation", 14, conversation=2, title="Other"),
        {"type": "GetStatus", "request": 15},
    )
    assert {it["reply_to"] for it in await line.replies(13, 14, 15)} == {13, 14, 15}
    gate.set()
    assert [it["reply_to"] for it in await line.replies(11, 12)] == [11, 12]


async def test_a_picture_that_takes_long_holds_nothing_else_up(
    dial: Dial, engine: ScriptedEngine, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = asyncio.Event()
    attach = archive.pictures.attach

    async def attach_slowly(*arguments: Any, **options: Any) -> object:
        await read.wait()
        return await attach(*arguments, **options)

    monkeypatch.setattr(archive.pictures, "attach", attach_slowly)
    line = await with_conversations(dial, engine)
    engine.enqueue("Yes.")
    line.write(
        {"type": "Attach", "request": 10, "path": "/nowhere.png"},
        submit(11),
        about("StopTurn", 12),
        {"type": "ListConversations", "request": 13},
    )
    assert {it["reply_to"] for it in await line.replies(11, 12, 13)} == {11, 12, 13}
    read.set()
    assert (await line.reply(10))["error"] == "ImageError"


async def test_waiting_requests_take_room_and_the_rest_is_read_later(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine)
    gate = asyncio.Event()
    engine.enqueue(gate)
    engine.stop = gate.clear  # type: ignore[method-assign]
    line.write(submit(10))
    await line.until("Prefilled")
    numbers = range(11, 111)
    line.write(*(about("StopTurn", number) for number in numbers))
    line.write({"type": "GetStatus", "request": 200})
    other = await dial(HELLO, {"type": "GetStatus", "request": 2})
    assert (await other.reply(2))["open_turns"] == 1
    gate.set()
    replies = [it["reply_to"] for it in await line.replies(*numbers, 200)]
    assert replies.index(200) > 80
    assert [it for it in replies if it != 200] == [*numbers]


async def test_of_two_wishes_for_work_ahead_the_newer_one_stays(
    dial: Dial, engine: ScriptedEngine
) -> None:
    line = await with_conversations(dial, engine, 2)
    gate = asyncio.Event()
    engine.enqueue(gate)
    engine.stop = gate.clear  # type: ignore[method-assign]
    line.write(submit(10))
    await line.until("Prefilled")
    engine.forget_work()
    line.write(
        about("StopTurn", 11),
        # Waits for the stop, while the newer one need not.
        about("PrepareTurn", 12),
        about("PrepareTurn", 13, conversation=2),
    )
    assert (await line.reply(13))["type"] == "Done"
    gate.set()
    assert [it["reply_to"] for it in await line.replies(11, 12)] == [11, 12]
    await engine.until("prepared", 2)
    assert ("prepare", 1) not in engine.work


async def test_a_client_lists_one_after_the_other_and_does_the_rest_meanwhile(
    dial: Dial, engine: ScriptedEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await with_conversations(dial, engine)
    running = most = 0
    carry_out = sessions.carry_out

    async def count(request: AnyRequest, client: Subscriber) -> tuple[AnyEvent, ...]:
        nonlocal running, most
        is_list = isinstance(request, ListConversations)
        running += is_list
        most = max(most, running)
        try:
            return await carry_out(request, client)
        finally:
            running -= is_list

    monkeypatch.setattr(sessions, "carry_out", count)
    line.write(
        *({"type": "ListConversations", "request": number} for number in range(10, 40)),
        about("OpenConversation", 40),
    )
    replies = [it["reply_to"] for it in await line.replies(*range(10, 41))]
    assert most == 1
    assert [it for it in replies if it != 40] == [*range(10, 40)]


async def test_what_is_typed_next_takes_the_place_of_a_search_that_waits(
    dial: Dial, engine: ScriptedEngine, archive: Archive
) -> None:
    line = await with_conversations(dial, engine)
    may_search = threading.Event()
    before = asyncio.create_task(archive.search._reader.read(lambda _: may_search.wait(PATIENCE)))
    line.write(
        *({"type": "FindHits", "request": it, "filter": {"words": "is"}} for it in range(10, 20)),
        about("OpenConversation", 20),
    )
    # All of them have been read once this is answered.
    await line.reply(20)
    may_search.set()
    assert await before
    *replaced, newest = await line.replies(*range(10, 20))
    assert {it["type"] for it in replaced} == {"Refused"}
    assert "another one has taken its place" in replaced[0]["sentence"]
    assert (newest["type"], newest["total"]) == ("HitsFound", 2)
