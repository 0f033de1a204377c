"""Private conversations: in the core's memory, and nowhere on the disk."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from seeshell.core.errors import CoreDied, NotStored
from seeshell.core.images import hash_file
from seeshell.core.messages.events import ConversationOpened, TurnWithdrawn
from seeshell.core.messages.library_events import LibraryListed, TreeRead
from seeshell.core.messages.library_requests import DeleteBranch, ListLibrary, ReadTree
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import (
    DeleteConversation,
    ForkConversation,
    LeavePrivate,
    ListConversations,
    OpenConversation,
    PrepareTurn,
    RegenerateAnswer,
    Shutdown,
    SubmitTurn,
)
from seeshell.core.private_ids import is_private
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.settings import Paths
from seeshell.core.store import memory_files

from ...running_core import wait_for_end
from ...traces import SECRET, leaks
from ..scripted_engine import ScriptedEngine
from ..talk import Connect, Listener, Talk, carry_out, end_of, submit
from .conftest import ask


async def ask_privately(user: Talk, picture: Path) -> ConversationOpened:
    """Asks about a picture in a new private conversation, as the app does."""
    attached = await user.request(Attach(path=str(picture), is_private=True))
    keys = (attached.attachment.key,)
    await user.request(PrepareTurn(attachments=keys, is_private=True))
    text = f"What is this {SECRET}?"
    queued = await user.request(SubmitTurn(text=text, attachments=keys, is_private=True))
    await user.end_of(queued)
    opened: ConversationOpened = await user.request(
        OpenConversation(conversation=queued.conversation)
    )
    return opened


async def test_nothing_of_it_is_on_the_disk(
    paths: Paths,
    talk: Connect,
    secret_picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While it is open, after its core has written all KV caches, and after one was killed."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    for ends_in_order in (True, False):
        user = await talk("--model", "demo", start=True)
        shown = (await ask_privately(user, secret_picture)).conversation
        question, answer = shown.messages
        assert shown.summary.is_private
        assert answer.text
        assert question.attachments[0].name == secret_picture.name
        assert leaks(secret_picture, paths.data_dir.parent, temporary) == []
        if ends_in_order:
            await user.request(Shutdown())
        else:
            os.kill(user.client.welcome.pid, signal.SIGKILL)
        with pytest.raises(CoreDied):
            await user.until(SubmitTurn)
        await asyncio.to_thread(wait_for_end, paths)
        assert leaks(secret_picture, paths.data_dir.parent, temporary) == []


async def show(sessions: Sessions, conversation: int) -> ConversationOpened:
    opened: ConversationOpened = await carry_out(
        sessions, OpenConversation(conversation=conversation), Listener()
    )
    return opened


async def test_it_is_listed_while_it_is_open_and_never_found(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, secret_picture: Path
) -> None:
    engine.enqueue("Stored.")
    engine.enqueue("Unseen.")
    await end_of(client, await submit(sessions, client, "what is stored?"))
    here = await ask(sessions, client, secret_picture)
    listed: LibraryListed = await carry_out(sessions, ListLibrary(), client)
    assert [it.summary.is_private for it in listed.rows] == [True, False]
    assert (listed.rows[0].summary.id, listed.total) == (here, 2)
    second: LibraryListed = await carry_out(sessions, ListLibrary(skip=1, limit=1), client)
    assert second.rows == listed.rows[1:]
    for word in (SECRET, "Unseen"):
        found = await carry_out(sessions, ListConversations(query=word), client)
        assert found.conversations == ()
    await carry_out(sessions, DeleteConversation(conversation=here), client)
    listed = await carry_out(sessions, ListLibrary(), client)
    assert [it.summary.is_private for it in listed.rows] == [False]
    assert here in engine.forgotten
    with pytest.raises(NotStored):
        await show(sessions, here)


async def test_it_goes_on_as_others_do(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, secret_picture: Path
) -> None:
    for text in ("A bird.", "A plane.", "Grey.", "A bird."):
        engine.enqueue(text)
    here = await ask(sessions, client, secret_picture)
    again = await carry_out(sessions, RegenerateAnswer(conversation=here), client)
    await end_of(client, again)
    await end_of(client, await submit(sessions, client, "its colour?", here))
    question, *others = (await show(sessions, here)).conversation.messages
    assert [it.text for it in others] == ["A plane.", "its colour?", "Grey."]
    fork = (
        await carry_out(sessions, ForkConversation(conversation=here, message=question.id), client)
    ).conversation
    assert is_private(fork.summary.id)
    tree: TreeRead = await carry_out(sessions, ReadTree(conversation=here), client)
    assert len(tree.conversation.messages) == 5
    newest = tree.ids[-1]
    await carry_out(sessions, DeleteBranch(conversation=here, message=newest), client)
    assert len((await show(sessions, here)).conversation.messages) == 3
    # The picture is the fork's too, and stays with it.
    await carry_out(sessions, DeleteConversation(conversation=here), client)
    answered = await end_of(client, await submit(sessions, client, "what?", fork.summary.id))
    assert answered.message.text == "A bird."
    (picture,) = engine.history[-1][0].images
    assert hash_file(picture.path) == picture.sha256
    await carry_out(sessions, DeleteConversation(conversation=fork.summary.id), client)
    await carry_out(sessions, LeavePrivate(), client)
    assert picture.path == secret_picture or not picture.path.exists()


async def test_its_pictures_are_no_other_conversations(
    sessions: Sessions, client: Listener, secret_picture: Path
) -> None:
    attach = Attach(path=str(secret_picture), is_private=True)
    attached = await carry_out(sessions, attach, client)
    with pytest.raises(NotStored):
        await carry_out(
            sessions, SubmitTurn(text="?", attachments=(attached.attachment.key,)), client
        )


def replace_file(picture: Path) -> None:
    picture.write_bytes(b"another file")


@pytest.mark.parametrize("has_nameless_files", [True, False])
async def test_a_picture_is_read_where_the_system_lets_it_lie(
    sessions: Sessions,
    engine: ScriptedEngine,
    client: Listener,
    secret_picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_nameless_files: bool,
) -> None:
    """Without files in memory the user's own is read, and must stay as it was."""
    if has_nameless_files and not memory_files.HAS_NAMELESS_FILES:
        pytest.skip("the system has no files without a name")
    monkeypatch.setattr(memory_files, "HAS_NAMELESS_FILES", has_nameless_files)
    engine.enqueue("A bird.")
    engine.enqueue("Still a bird.")
    here = await ask(sessions, client, secret_picture)
    replace_file(secret_picture)
    queued = await submit(sessions, client, "and now?", here)
    if has_nameless_files:
        assert (await end_of(client, queued)).message.text == "Still a bird."
    else:
        withdrawn = await client.until(TurnWithdrawn, turn=queued.turn.id)
        assert "was changed since it was attached" in withdrawn.sentence
