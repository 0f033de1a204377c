"""Private conversations whose windows end: with a goodbye, or killed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeshell.core.errors import NotStored
from seeshell.core.messages.events import ConversationDeleted
from seeshell.core.messages.library_events import LibraryChanged, LibraryListed
from seeshell.core.messages.library_requests import ListLibrary
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import LeavePrivate, OpenConversation, SubmitTurn
from seeshell.core.sessions import private_ends
from seeshell.core.sessions.sessions import Sessions

from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of
from .conftest import ask


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost windows are waited for no longer than the loop needs."""
    monkeypatch.setattr(private_ends, "GRACE_SECONDS", 0.0)


@pytest.fixture
def answers(engine: ScriptedEngine) -> Iterator[None]:
    for text in ("A bird.", "A plane."):
        engine.enqueue(text)
    yield


def connect(sessions: Sessions, window: str = "") -> Listener:
    listener = Listener()
    sessions.add_client(listener, window)
    return listener


async def listed(sessions: Sessions) -> list[int]:
    library: LibraryListed = await carry_out(sessions, ListLibrary(), Listener())
    return [it.summary.id for it in library.rows]


async def picture_of(sessions: Sessions, client: Listener, picture: Path) -> Path:
    """Attaches a picture for a private conversation; returns where the core holds it."""
    attached = await carry_out(sessions, Attach(path=str(picture), is_private=True), client)
    return Path(attached.path)


@pytest.mark.usefixtures("no_grace", "answers")
@pytest.mark.parametrize("window", ["a window", ""])
async def test_one_that_was_killed_leaves_nothing_after_a_while(
    sessions: Sessions, engine: ScriptedEngine, secret_picture: Path, window: str
) -> None:
    killed, other = connect(sessions, window), connect(sessions, "another")
    here = await ask(sessions, killed, secret_picture)
    place = await picture_of(sessions, killed, secret_picture)
    assert place.exists()
    sessions.remove_client(killed)
    await other.until(LibraryChanged, where=lambda it: here in it.gone)
    assert await listed(sessions) == []
    assert here in engine.forgotten
    assert place == secret_picture or not place.exists()


@pytest.mark.usefixtures("answers")
async def test_a_window_that_comes_back_in_time_has_what_it_had(
    sessions: Sessions, secret_picture: Path
) -> None:
    window = connect(sessions, "a window")
    first = await ask(sessions, window, secret_picture)
    sessions.remove_client(window)
    window = connect(sessions, "a window")
    assert await listed(sessions) == [first]
    await carry_out(sessions, LeavePrivate(), window)
    assert await listed(sessions) == []


@pytest.mark.usefixtures("answers")
async def test_a_window_that_is_connected_again_before_it_was_lost_has_what_it_had(
    sessions: Sessions, secret_picture: Path
) -> None:
    old = connect(sessions, "a window")
    here = await ask(sessions, old, secret_picture)
    new = connect(sessions, "a window")
    sessions.remove_client(old)
    assert await listed(sessions) == [here]
    await carry_out(sessions, LeavePrivate(), new)
    assert await listed(sessions) == []


@pytest.mark.usefixtures("no_grace", "answers")
async def test_it_stays_as_long_as_any_window_has_it_open(
    sessions: Sessions, secret_picture: Path
) -> None:
    one, two, three = (connect(sessions, it) for it in ("one", "two", "three"))
    here = await ask(sessions, one, secret_picture)
    for other in (two, three):
        await carry_out(sessions, OpenConversation(conversation=here), other)
    await carry_out(sessions, LeavePrivate(), one)
    sessions.remove_client(one)
    sessions.remove_client(two)
    # What was lost is looked at in the next turns of the loop; a request comes behind them.
    for _ in range(3):
        await asyncio.sleep(0)
        assert await listed(sessions) == [here]
    assert not [it for it in three.heard if isinstance(it, ConversationDeleted)]
    await carry_out(sessions, LeavePrivate(), three)
    with pytest.raises(NotStored):
        await carry_out(sessions, OpenConversation(conversation=here), three)


@pytest.mark.usefixtures("answers")
async def test_it_stays_for_a_window_that_may_come_back_when_another_one_leaves_it(
    sessions: Sessions, secret_picture: Path
) -> None:
    lost, other = connect(sessions, "lost"), connect(sessions, "other")
    here = await ask(sessions, lost, secret_picture)
    await carry_out(sessions, OpenConversation(conversation=here), other)
    sessions.remove_client(lost)
    await carry_out(sessions, LeavePrivate(), other)
    assert await listed(sessions) == [here]
    await carry_out(sessions, LeavePrivate(), connect(sessions, "lost"))
    assert await listed(sessions) == []


@pytest.mark.usefixtures("answers")
async def test_an_unsent_picture_stays_when_another_ones_conversation_ends(
    sessions: Sessions, secret_picture: Path
) -> None:
    """As where two commands ask privately at the same time."""
    one, two = connect(sessions), connect(sessions)
    await ask(sessions, one, secret_picture)
    attach = Attach(path=str(secret_picture), is_private=True)
    attached = await carry_out(sessions, attach, two)
    await carry_out(sessions, LeavePrivate(), one)
    submitting = SubmitTurn(
        text="And this?", attachments=(attached.attachment.key,), is_private=True
    )
    queued = await carry_out(sessions, submitting, two)
    assert (await end_of(two, queued)).message.text == "A plane."


async def test_nothing_is_left_of_a_picture_that_was_never_sent(
    sessions: Sessions, secret_picture: Path
) -> None:
    window = connect(sessions, "a window")
    place = await picture_of(sessions, window, secret_picture)
    assert place.exists()
    await carry_out(sessions, LeavePrivate(), window)
    assert place == secret_picture or not place.exists()
