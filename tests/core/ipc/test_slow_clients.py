"""Clients that do not read: what waits for them is limited, and nobody else waits."""

import asyncio
import time
from typing import Any

import pytest

from seeshell.core.conversation import Conversation
from seeshell.core.errors import CoreDied
from seeshell.core.ipc.client import CoreClient
from seeshell.core.ipc.held_bytes import HeldBytes
from seeshell.core.ipc.lock import CoreLock
from seeshell.core.ipc.outbox import ROOM_BYTES
from seeshell.core.ipc.server import Server
from seeshell.core.messages.events import ConversationOpened, TurnEnded
from seeshell.core.messages.lines import LONGEST_REQUEST
from seeshell.core.messages.requests import OpenConversation
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Talk
from .lines import HELLO, Dial, Line, until

OPEN = {"type": "OpenConversation", "conversation": 1}
LONG = "A long answer. " * 20_000


@pytest.fixture
async def long_conversation(dial: Dial, engine: ScriptedEngine) -> None:
    """Conversation 1: what opens it is some 300 kB long."""
    engine.enqueue(LONG)
    line = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "Is it?"})
    await line.until("TurnEnded")
    line.writer.close()


def held_bytes(server: Server) -> int:
    return server._held._nbytes


async def is_served(dial: Dial) -> bool:
    """Whether another client gets the long conversation long before anybody is given up."""
    start = time.monotonic()
    line = await dial(HELLO, OPEN | {"request": 2})
    opened = await line.reply(2)
    line.writer.close()
    text = opened["conversation"]["messages"][-1]
    return LONG in str(text) and time.monotonic() - start < 5


async def rest_of(line: Line) -> list[dict[str, Any]]:
    """What a client that reads again finds, to the end."""
    line.read_on()
    events = []
    while event := await line.read():
        events.append(event)
    return events


@pytest.mark.usefixtures("long_conversation")
async def test_a_client_that_does_not_read_its_replies_is_not_read_from_either(
    dial: Dial, server: Server
) -> None:
    line = await dial(HELLO)
    await line.read()
    line.stop_reading()
    line.write(*(OPEN | {"request": number} for number in range(2, 6002)))
    for _ in range(20):
        assert await is_served(dial)
    # As many as run at once may come on top of what waits.
    assert held_bytes(server) < ROOM_BYTES + 20 * len(LONG)

    line.read_on()
    numbers = [it["reply_to"] for it in await line.replies(*range(2, 302))]
    assert numbers == list(range(2, 302))


@pytest.mark.usefixtures("long_conversation")
async def test_a_client_that_takes_nothing_for_long_is_dropped_with_a_word(
    dial: Dial, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.connection._STALL_PATIENCE", 0.05)
    line = await dial(HELLO)
    await line.read()
    line.stop_reading()
    line.write(*(OPEN | {"request": number} for number in range(2, 102)))
    await until(lambda: "dropped a client" in caplog.text)
    assert held_bytes(server) < 10_000
    *_, last = await rest_of(line)
    assert (last["type"], last["reply_to"], last["error"]) == ("Refused", 0, "CoreError")
    assert "did not read" in last["sentence"]
    assert await is_served(dial)


@pytest.mark.usefixtures("long_conversation")
async def test_a_slow_client_that_takes_something_now_and_then_gets_everything(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.connection._STALL_PATIENCE", 0.2)
    line = await dial(HELLO)
    line.stop_reading()
    line.write(*(OPEN | {"request": number} for number in range(2, 102)))
    for number in range(1, 102):
        line.read_on()
        await line.reply(number)
        line.stop_reading()


@pytest.mark.usefixtures("long_conversation")
async def test_a_silent_client_for_which_little_waits_stays(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.connection._STALL_PATIENCE", 0.01)
    line = await dial(HELLO)
    await line.read()
    line.stop_reading()
    line.write(OPEN | {"request": 2}, OPEN | {"request": 3})
    for _ in range(20):
        assert await is_served(dial)
    line.read_on()
    assert [it["type"] for it in await line.replies(2, 3)] == ["ConversationOpened"] * 2


async def test_many_clients_that_never_read_share_a_budget(
    dial: Dial, engine: ScriptedEngine, server: Server
) -> None:
    most = 8 << 20
    server._held = HeldBytes(most)
    piece = "x" * 10_000
    gate, end = asyncio.Event(), asyncio.Event()
    engine.enqueue("Half", gate, *([piece] * 150), end)
    quick = await dial(HELLO, {"type": "SubmitTurn", "request": 2, "text": "Tell me"})
    await quick.until("Delta")
    slow = [await dial(HELLO, OPEN | {"request": 2}) for _ in range(20)]
    for line in slow:
        await line.reply(2)
        line.stop_reading()
    gate.set()
    heard = 0
    while heard < 150 * len(piece):
        heard += len((await quick.until("Delta"))["text"])
        assert held_bytes(server) <= most + len(piece)
    end.set()
    assert (await quick.until("TurnEnded"))["message"]["finish_reason"] == "stop"
    ends = []
    for line in slow:
        line.read_on()
        while (event := await line.read())["type"] not in ("Refused", "TurnEnded"):
            pass
        ends.append(event["type"])
    assert 10 <= ends.count("Refused") < 20


async def test_unfinished_lines_share_the_budget(dial: Dial, server: Server) -> None:
    server._held = HeldBytes(4 << 20)
    lines = [await dial(HELLO) for _ in range(10)]
    for line in lines:
        await line.read()
        line.writer.write(b"x" * (1 << 20))
    kinds = []
    while len(kinds) < 6:
        done, _ = await asyncio.wait(
            [asyncio.ensure_future(line.read()) for line in lines[len(kinds) :]],
            return_when=asyncio.FIRST_COMPLETED,
            timeout=PATIENCE,
        )
        kinds += [task.result()["type"] for task in done]
        break
    assert set(kinds) == {"Refused"}
    assert held_bytes(server) <= 4 << 20


async def test_a_large_request_waits_for_nobody_and_is_counted_only_while_it_runs(
    dial: Dial, engine: ScriptedEngine, server: Server
) -> None:
    engine.enqueue("Yes.")
    line = await dial(HELLO)
    text = "x" * (LONGEST_REQUEST - 1000)
    line.write({"type": "SubmitTurn", "request": 2, "text": text})
    await line.until("TurnEnded")
    await until(lambda: not held_bytes(server))


async def test_a_dropped_client_can_come_back_to_a_replay(
    engine: ScriptedEngine,
    sessions: Sessions,
    server: Server,
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("seeshell.core.ipc.connection._STALL_PATIENCE", 0.05)
    lock = CoreLock(paths, "1.0")
    lock.acquire(PATIENCE)
    lock.publish(str(server.path))
    gate = asyncio.Event()
    pieces = ["x" * 10_000] * (3 * ROOM_BYTES // 10_000)
    engine.enqueue("Half. ", *pieces, gate)
    talk = Talk(await CoreClient.connect(paths))
    stopped = talk.client._reader._transport  # type: ignore[attr-defined]
    queued = await talk.submit("Tell me")
    stopped.pause_reading()
    await until(lambda: not len(sessions.subscribers))
    stopped.resume_reading()
    with pytest.raises(CoreDied, match="did not read: connect again"):
        await talk.until(TurnEnded)
    await talk.client.close()

    again = Talk(await CoreClient.connect(paths))
    opened: ConversationOpened = await again.request(
        OpenConversation(conversation=queued.conversation)
    )
    assert isinstance(opened.conversation, Conversation)
    gate.set()
    ended = await again.until(TurnEnded)
    assert ended.message.text == "Half. " + "".join(pieces)
    heard = "".join(event.text for event in again.heard if hasattr(event, "text"))
    assert heard == ended.message.text
    await again.client.close()
    lock.release()


@pytest.mark.usefixtures("long_conversation")
async def test_the_core_ends_soon_whoever_does_not_read(
    dial: Dial, server: Server, sessions: Sessions
) -> None:
    line = await dial(HELLO)
    await line.read()
    line.stop_reading()
    line.write(*(OPEN | {"request": number} for number in range(2, 102)))
    await until(lambda: held_bytes(server) > ROOM_BYTES)
    start = time.monotonic()
    await sessions.close()
    await server.close()
    assert time.monotonic() - start < 8
