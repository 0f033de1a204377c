"""The database's file: damaged, full, read-only, gone; what can't be done is said, and not done."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from seeshell.core.conversation import Attachment, StartedTurn, compose
from seeshell.core.errors import StoreError
from seeshell.core.messages.events import Delta, TurnEnded, TurnFailed
from seeshell.core.messages.requests import ListConversations, OpenConversation, SubmitTurn
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive
from seeshell.core.store.migrations import MIGRATIONS
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, draw, ended, found, set_pragma, start, texts
from ..talk import Connect


async def open_archive(paths: Paths) -> Archive:
    return await Archive.open(paths, Settings().max_pixels, PictureWorkers())


def wal(paths: Paths) -> Path:
    return Path(f"{paths.database}-wal")


def unlink(paths: Paths) -> None:
    paths.database.unlink()


def unlink_all(paths: Paths) -> None:
    for path in paths.data_dir.glob("conversations.sqlite*"):
        path.unlink()


def replace_by_another(paths: Paths) -> None:
    other = paths.data_dir / "other"
    sqlite3.connect(other).close()
    other.replace(paths.database)


def replace_by_a_copy(paths: Paths) -> None:
    copy = paths.data_dir / "copy"
    shutil.copy(paths.database, copy)
    copy.replace(paths.database)


def unlink_wal(paths: Paths) -> None:
    wal(paths).unlink()


def move_file(paths: Paths) -> None:
    paths.database.rename(paths.database.with_suffix(".old"))


def move_folder(paths: Paths) -> None:
    paths.data_dir.rename(paths.data_dir.with_name("moved"))


def move_folder_and_make_another(paths: Paths) -> None:
    move_folder(paths)
    paths.data_dir.mkdir()


def link_folder_elsewhere(paths: Paths) -> None:
    move_folder(paths)
    elsewhere = paths.data_dir.with_name("elsewhere")
    elsewhere.mkdir()
    paths.data_dir.symlink_to(elsewhere)


def put_a_file_for_the_folder(paths: Paths) -> None:
    move_folder(paths)
    paths.data_dir.touch()


def remove_folder(paths: Paths) -> None:
    shutil.rmtree(paths.data_dir)


def move_home(paths: Paths) -> None:
    home = paths.data_dir.parent
    home.rename(home.with_name(f"{home.name}-moved"))


@pytest.fixture
def clean_up(home: Path) -> Iterator[None]:
    """Removes what `move_home` has made; the home must be there in the end."""
    yield
    shutil.rmtree(f"{home}-moved", ignore_errors=True)
    home.mkdir(exist_ok=True)


VANISHINGS = (
    unlink,
    unlink_all,
    replace_by_another,
    replace_by_a_copy,
    unlink_wal,
    move_file,
    move_folder,
    move_folder_and_make_another,
    link_folder_elsewhere,
    put_a_file_for_the_folder,
    remove_folder,
    move_home,
)


@pytest.mark.usefixtures("clean_up")
@pytest.mark.parametrize("vanish", VANISHINGS)
async def test_nothing_is_stored_in_or_read_from_a_database_that_is_gone_from_its_place(
    archive: Archive, paths: Paths, tmp_path: Path, vanish: Callable[[Paths], None]
) -> None:
    picture = (await archive.pictures.attach(draw(tmp_path, "cat.png"), "")).picture
    turn = await ask(archive, "What is it?", "A dog.")
    conversation = turn.conversation
    opened = await start(archive, "And?", conversation)
    await archive.turns.submit(conversation, NewQuestion("waits", "And?"))
    vanish(paths)
    left = sorted(paths.data_dir.parent.rglob("*"))
    for call in (
        archive.turns.submit(None, NewQuestion("t", "lost?")),
        archive.turns.edit(conversation, turn.question.id, NewQuestion("t", "lost?")),
        archive.turns.regenerate("t", conversation, turn.answer.id),
        archive.turns.start("waits"),
        archive.turns.edit_queued(conversation, "waits", "lost?", ()),
        archive.turns.move_queued(conversation, "waits", None),
        archive.turns.remove_queued(conversation, "waits"),
        archive.turns.pause_queue(conversation),
        archive.turns.resume_queue(conversation),
        archive.turns.read_queues(),
        archive.turns.save_answer(opened.answer.id, compose("lost?")),
        archive.turns.end_answer(conversation, ended(opened.answer, "lost?")),
        archive.turns.withdraw(opened),
        archive.pictures.attach(tmp_path / "cat.png", ""),
        archive.pictures.claim("window", [picture.sha256]),
        archive.pictures.find([picture.sha256]),
        archive.list_conversations("", 10),
        archive.list_conversations("dog", 10),
        archive.list_conversation_ids(),
        archive.read_conversation(conversation),
        archive.rename_conversation(conversation, "lost?"),
        archive.fork_conversation(conversation, turn.answer.id),
        archive.switch_branch(conversation, turn.answer.id),
        archive.delete_conversation(conversation),
        archive.restore_conversation(conversation),
        archive.purge(),
        archive.sweep(),
    ):
        with pytest.raises(StoreError, match=r"was deleted, moved or replaced.*seeshell stop"):
            await call
    assert sorted(paths.data_dir.parent.rglob("*")) == left


async def test_what_was_moved_and_put_back_is_used_again(
    archive: Archive, first: StartedTurn, paths: Paths
) -> None:
    moved = paths.data_dir.with_name("moved")
    paths.data_dir.rename(moved)
    with pytest.raises(StoreError, match="put it back"):
        await ask(archive, "And?", "lost", first.conversation)
    moved.rename(paths.data_dir)
    await ask(archive, "And?", "Brown.", first.conversation)
    expected = ["What is it?", "A dog.", "And?", "Brown."]
    assert await texts(archive, first.conversation) == expected
    again = await open_archive(paths)
    assert await texts(again, first.conversation) == expected
    await again.close()


@pytest.mark.parametrize("vanish", [unlink_wal, move_folder])
async def test_what_was_stored_before_is_there_when_the_core_is_started_again(
    paths: Paths, vanish: Callable[[Paths], None]
) -> None:
    archive = await open_archive(paths)
    turn = await ask(archive, "What is it?", "A dog.")
    vanish(paths)
    await archive.close()
    if not paths.data_dir.exists():
        paths.data_dir.with_name("moved").rename(paths.data_dir)
    again = await open_archive(paths)
    assert await texts(again, turn.conversation) == ["What is it?", "A dog."]
    await again.close()


async def test_closing_leaves_another_database_that_took_the_place_alone(paths: Paths) -> None:
    archive = await open_archive(paths)
    await ask(archive, "What is it?", "A dog.")
    for path in paths.data_dir.glob("conversations.sqlite*"):
        path.unlink()
    with closing(sqlite3.connect(paths.database)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        with other:
            other.execute("CREATE TABLE theirs (x)")
        await archive.close()
        assert wal(paths).stat().st_size > 0
        with other:
            other.execute("INSERT INTO theirs VALUES (1)")
    with closing(sqlite3.connect(paths.database)) as other:
        assert other.execute("SELECT x FROM theirs").fetchall() == [(1,)]


async def test_a_program_that_reads_the_database_meanwhile_does_no_harm(
    archive: Archive, first: StartedTurn, paths: Paths
) -> None:
    with closing(sqlite3.connect(paths.database)) as other:
        assert other.execute("SELECT count(*) FROM message").fetchone() == (2,)
    await ask(archive, "And?", "Brown.", first.conversation)


async def test_the_database_is_the_users_alone(archive: Archive, paths: Paths) -> None:
    await ask(archive, "What is it?", "A dog.")
    for path in paths.data_dir.glob("conversations.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.data_dir.stat().st_mode) == 0o700


async def test_a_newer_database_is_left_alone(paths: Paths) -> None:
    await (await open_archive(paths)).close()
    with closing(sqlite3.connect(paths.database)) as database:
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    content = paths.database.read_bytes()
    with pytest.raises(StoreError, match="update seeshell"):
        await open_archive(paths)
    assert paths.database.read_bytes() == content


async def test_a_damaged_database_is_said_to_be_damaged(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    paths.database.write_bytes(b"This is no database. " * 100)
    with pytest.raises(StoreError, match=r"conversations\.sqlite can't be used.*doctor --repair"):
        await open_archive(paths)
    assert paths.database.read_bytes().startswith(b"This is no database.")


async def test_a_database_damaged_in_the_middle_is_said_to_be_damaged(paths: Paths) -> None:
    archive = await open_archive(paths)
    for number in range(100):
        await ask(archive, f"question {number} " * 20, "answer " * 50)
    await archive.close()
    content = bytearray(paths.database.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    paths.database.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        await open_archive(paths)


async def test_a_full_disk_is_said_to_be_full_and_changes_nothing(
    archive: Archive, first: StartedTurn
) -> None:
    # SQLite's own limit on the file's pages reports what a full disk does.
    await set_pragma(archive, "max_page_count = 1")
    with pytest.raises(StoreError, match="disk is full"):
        await start(archive, "too much " * 5000, first.conversation)
    await set_pragma(archive, "max_page_count = 1000000")
    assert await texts(archive, first.conversation) == ["What is it?", "A dog."]
    assert await archive.turns.read_queues() == {}


async def test_a_database_that_can_only_be_read_is_said_to_be_so(
    archive: Archive, cat: Attachment
) -> None:
    await set_pragma(archive, "query_only = ON")
    with pytest.raises(StoreError, match="only be read"):
        await archive.turns.submit(None, NewQuestion("t", "Tell me"))
    assert await archive.pictures.find([cat.sha256]) == [cat]
    assert await found(archive, "") == []


@pytest.mark.parametrize("vanish", [unlink_all, replace_by_a_copy, unlink_wal])
async def test_a_running_core_says_that_its_database_is_gone_and_pretends_nothing(
    talk: Connect, paths: Paths, rambling_model: str, vanish: Callable[[Paths], None]
) -> None:
    client = await talk("--model", rambling_model)
    queued = await client.submit("Tell me")
    await client.until(Delta)
    vanish(paths)
    ended = await client.until(TurnEnded, TurnFailed)
    assert (type(ended), ended.error) == (TurnFailed, "StoreError")
    assert "was deleted, moved or replaced" in ended.sentence
    for request in (
        SubmitTurn(text="And now?"),
        SubmitTurn(text="And now?", conversation=queued.conversation),
        OpenConversation(conversation=queued.conversation),
        ListConversations(),
    ):
        with pytest.raises(StoreError, match="was deleted, moved or replaced"):
            await client.request(request)
