"""The socket itself: lines as any program could write them, and clients that misbehave."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from seeshell.core.ipc.server import Server
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.messages.lines import LONGEST_REQUEST, PROTOCOL
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ..scripted_engine import ScriptedEngine
from .lines import HELLO, Dial, Line


async def test_a_conversation_can_be_typed_by_hand(dial: Dial, engine: ScriptedEngine) -> None:
    engine.enqueue("Yes", "!")
    line = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "Is it?"})
    assert (await line.read())["type"] == "Welcome"
    queued = await line.reply(2)
    assert queued["type"] == "TurnQueued"
    types = []
    while "TurnEnded" not in types:
        event = await line.read()
        types.append(event["type"])
    assert event["message"]["parts"] == [{"type": "text", "text": "Yes!"}]


NESTED = b"[" * 1_000 + b"]" * 1_000


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1",
        b"\xff\xfe\x00",
        b"{}",
        b"[1]",
        b"[" * 1_000 + b"]" * 1_000,
        b"x" * 100_000,
        {"type": "GetStatus", "request": 1},
        {"type": "Hello", "request": 1},
    ],
)
async def test_who_does_not_begin_with_hello_is_refused(
    dial: Dial, first: dict[str, Any] | bytes
) -> None:
    line = await dial(first, HELLO)
    refused = await line.read()
    assert (refused["type"], refused["error"], refused["reply_to"]) == ("Refused", "BadRequest", 0)
    assert await line.read() == {}


@pytest.mark.parametrize("protocol", [0, PROTOCOL - 1, PROTOCOL + 1])
async def test_another_protocol_is_refused_with_both_versions(dial: Dial, protocol: int) -> None:
    line = await dial(HELLO | {"version": "0.9", "protocol": protocol})
    refused = await line.read()
    assert (refused["error"], refused["reply_to"]) == ("CoreVersionMismatch", 1)
    assert f"seeshell 1.0 (protocol {PROTOCOL})" in refused["sentence"]
    assert f"0.9 (protocol {protocol})" in refused["sentence"]
    assert await line.read() == {}


async def test_a_client_from_before_protocols_had_numbers_is_refused(dial: Dial) -> None:
    line = await dial({"type": "Hello", "request": 1, "version": "1.0"})
    assert (await line.read())["error"] == "CoreVersionMismatch"


async def test_another_version_of_the_same_protocol_is_welcome(dial: Dial, paths: Paths) -> None:
    line = await dial(HELLO | {"version": "0.9"})
    welcome = await line.read()
    assert (welcome["type"], welcome["version"], welcome["protocol"]) == (
        "Welcome",
        "1.0",
        PROTOCOL,
    )
    assert welcome["data_dir"] == str(paths.data_dir)


async def test_another_protocol_hears_that_an_answer_is_being_given(
    dial: Dial, engine: ScriptedEngine
) -> None:
    engine.enqueue(asyncio.Event())
    line = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "Is it?"})
    await line.reply(2)
    other = await dial(HELLO | {"protocol": 0})
    assert "It is at work" in (await other.read())["sentence"]


@pytest.mark.parametrize(
    ("frame", "number"),
    [
        (b"not json", 0),
        (b'{"type": "GetStatus", "request": ', 0),
        ({"type": "Fly", "request": 7}, 7),
        ({"type": "OpenConversation", "request": 8, "conversation": "one"}, 8),
        ({"type": "StopTurn", "request": 9}, 9),
        (b'{"type": "GetStatus", "request": "x\xff"}', 0),
        (b'{"type": "GetStatus", "request": 9, "x": ' + NESTED + b"}", 0),
        (b'{"x": ' + NESTED + b', "type": "GetStatus"}', 0),
        (NESTED, 0),
        ({"type": "Attach", "request": 10, "path": "/a\0b"}, 10),
        ({"type": "LoadModel", "request": 11, "model": "a\0b"}, 11),
        (b'{"type": "Attach", "request": 12, "path": "/\\ud800"}', 0),
        ({"type": "OpenConversation", "request": 13, "conversation": 10**30}, 13),
        ({"type": "OpenConversation", "request": 14, "conversation": 10**400}, 14),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_and_the_next_one_works(
    dial: Dial, frame: dict[str, Any] | bytes, number: int
) -> None:
    line = await dial(HELLO, frame, {"type": "GetStatus", "request": 33})
    assert (await line.read())["type"] == "Welcome"
    replies = {event["reply_to"]: event for event in await line.replies(number, 33)}
    assert replies[33]["type"] == "CoreStatus"
    assert replies[number]["type"] == "Refused"
    assert replies[number]["sentence"].endswith(".")
    assert "Error" not in replies[number]["sentence"]


async def test_a_line_without_end_is_refused(dial: Dial) -> None:
    line = await dial(HELLO)
    line.write(b"x" * (LONGEST_REQUEST + 1))
    assert (await line.read())["type"] == "Welcome"
    refused = await line.read()
    assert str(LONGEST_REQUEST) in refused["sentence"]
    assert await line.read() == {}


async def test_a_client_that_has_said_its_last_word_still_hears_the_reply(dial: Dial) -> None:
    line = await dial(HELLO, {"type": "ListConversations", "request": 2})
    line.writer.write_eof()
    assert (await line.reply(2))["type"] == "ConversationsListed"
    assert await line.read() == {}


async def test_requests_are_carried_out_beside_each_other(
    dial: Dial, engine: ScriptedEngine
) -> None:
    gate = asyncio.Event()
    engine.enqueue(gate)
    line = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "1"})
    await line.reply(2)
    engine.stop = gate.clear  # type: ignore[method-assign]
    line.write({"type": "StopTurn", "request": 3, "conversation": 1})
    line.write({"type": "GetStatus", "request": 4})
    assert (await line.reply(4))["open_turns"] == 1
    gate.set()
    assert (await line.reply(3))["type"] == "Done"


async def test_a_client_that_never_reads_holds_nobody_up(
    dial: Dial, engine: ScriptedEngine
) -> None:
    words = [f"word {number} " for number in range(5_000)]
    engine.enqueue(*words)
    slow = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "Tell me"})
    slow.stop_reading()
    quick = await dial(HELLO)
    opened: dict[str, Any] = {}
    while opened.get("type") != "ConversationOpened":
        quick.write({"type": "OpenConversation", "request": 2, "conversation": 1})
        opened = await quick.reply(2)
    event = await quick.read()
    while event["type"] != "TurnEnded":
        event = await quick.read()
    assert event["message"]["parts"][0]["text"] == "".join(words)

    slow.read_on()
    heard = []
    while (event := await slow.read())["type"] != "TurnEnded":
        heard.append(event)
    deltas = [event["text"] for event in heard if event["type"] == "Delta"]
    assert "".join(deltas) == "".join(words)
    assert len(deltas) < len(words) / 2


async def test_a_process_of_another_user_is_turned_away(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.peer.peer_uid", lambda _: 12345)
    line = await dial(HELLO)
    with suppress(ConnectionError):
        assert await line.read() == {}


async def test_clients_hear_the_end_of_their_turns_when_the_core_ends(
    dial: Dial, engine: ScriptedEngine, sessions: Sessions, server: Server
) -> None:
    engine.enqueue("Half", asyncio.Event())
    line = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "1"})
    while (await line.read())["type"] != "Delta":
        pass
    await sessions.close()
    await server.close()
    events = []
    while event := await line.read():
        events.append(event)
    ended = next(event for event in events if event["type"] == "TurnEnded")
    assert ended["message"]["finish_reason"] == "cancelled"
    assert ended["message"]["parts"] == [{"type": "text", "text": "Half"}]


async def test_a_socket_left_by_a_dead_core_is_replaced(sessions: Sessions, paths: Paths) -> None:
    path = make_socket_path(paths)
    path.touch()
    server = Server(sessions, path, "1.0", paths.data_dir)
    await server.start()
    line = Line(*await asyncio.open_unix_connection(path))
    line.write(HELLO)
    assert (await line.read())["type"] == "Welcome"
    line.writer.close()
    await server.close()
    assert not path.exists()
