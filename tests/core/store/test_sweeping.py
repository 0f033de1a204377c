"""What is needed stays, whatever is deleted, fails or is killed; what is not goes in the end."""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.conversation import Attachment, StartedTurn, compose
from seeshell.core.errors import NotStored
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store import conversation_table
from seeshell.core.store.archive import Archive
from seeshell.core.store.picture_files import AddedPicture, PictureFiles
from seeshell.core.store.stored_conversations import StoredConversations
from seeshell.core.store.stored_turns import NewQuestion

from ...patience import PATIENCE
from ..stored import DAY, ask, change, draw, files, found, pass_days, start, texts


def are_there(paths: Paths, *pictures: Attachment) -> bool:
    """Whether these pictures' files are there, and no others."""
    return files(paths) == sorted(paths.picture(picture.sha256) for picture in pictures)


async def clean(archive: Archive) -> None:
    await archive.purge()
    await archive.sweep()


async def test_a_deleted_conversation_is_purged_with_its_pictures_after_30_days(
    archive: Archive, first: StartedTurn, dog: Attachment, cat: Attachment, paths: Paths
) -> None:
    kept = await ask(archive, "And this?", "A cat.", pictures=[cat])
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 29.9)
    await clean(archive)
    assert are_there(paths, dog, cat)
    await archive.restore_conversation(first.conversation)
    assert await texts(archive, first.conversation) == ["What is it?", "A dog."]
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 30.1)
    await archive.purge()
    assert are_there(paths, cat)
    with pytest.raises(NotStored, match="no conversation"):
        await archive.restore_conversation(first.conversation)
    with pytest.raises(NotStored, match="attach it again"):
        await archive.pictures.find([dog.sha256])
    assert await texts(archive, kept.conversation) == ["And this?", "A cat."]


async def test_purging_removes_words_turns_and_branches(
    archive: Archive, first: StartedTurn, second: StartedTurn, paths: Paths
) -> None:
    await archive.turns.submit(first.conversation, NewQuestion("waits", "And?"))
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 31)
    await archive.purge()
    assert await found(archive, "dog") == []
    assert (await archive.turns.submit(None, NewQuestion("waits", "And?"))).is_new


async def test_a_picture_that_something_holds_stays_whatever_is_deleted(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    sent, twice, deleted, queued, claimed = [
        (await archive.pictures.attach(draw(tmp_path, f"{number}.png"), "")).picture
        for number in range(5)
    ]
    one = await ask(archive, "one", "1", pictures=[sent, twice, claimed])
    two = await ask(archive, "two", "2", pictures=[twice])
    gone = await ask(archive, "three", "3", pictures=[deleted])
    await archive.turns.submit(two.conversation, NewQuestion("waits", "And?", [queued]))
    await archive.pictures.claim("window", [claimed.sha256])
    await archive.delete_conversation(one.conversation)
    pass_days(paths, 29)
    await archive.delete_conversation(gone.conversation)
    await archive.pictures.claim("window", [claimed.sha256])
    pass_days(paths, 2)
    await clean(archive)
    assert are_there(paths, twice, deleted, queued, claimed)
    turn = await archive.turns.start("waits")
    assert await archive.pictures.locate(turn.question.attachments)


async def test_a_picture_that_nothing_holds_stays_for_a_day(
    archive: Archive, cat: Attachment, paths: Paths
) -> None:
    pass_days(paths, 0.9)
    await clean(archive)
    assert await archive.pictures.find([cat.sha256]) == [cat]
    pass_days(paths, 0.2)
    await clean(archive)
    assert are_there(paths)


async def give_back_by_withdrawing(archive: Archive, picture: Attachment, paths: Paths) -> None:
    turn = await start(archive, "And?", pictures=[picture])
    pass_days(paths, 40)
    await archive.turns.withdraw(turn)


async def give_back_by_removing(archive: Archive, picture: Attachment, paths: Paths) -> None:
    queued = await archive.turns.submit(None, NewQuestion("t", "And?", [picture]))
    pass_days(paths, 40)
    await archive.turns.remove_queued(queued.conversation, "t")


@pytest.mark.parametrize("give_back", [give_back_by_withdrawing, give_back_by_removing])
async def test_pictures_that_are_given_back_can_be_sent_again_for_a_day(
    archive: Archive,
    cat: Attachment,
    paths: Paths,
    give_back: Callable[[Archive, Attachment, Paths], Awaitable[None]],
) -> None:
    await give_back(archive, cat, paths)
    await clean(archive)
    assert await archive.pictures.find([cat.sha256]) == [cat]


async def test_attaching_claims_a_picture_until_the_window_claims_others(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    one = (await archive.pictures.attach(draw(tmp_path, "1.png"), "", "window")).picture
    two = (await archive.pictures.attach(draw(tmp_path, "2.png"), "", "window")).picture
    await archive.pictures.attach(draw(tmp_path, "2.png"), "", "other window")
    await archive.pictures.claim("third window", [two.sha256, "0" * 64])
    pass_days(paths, 2)
    await clean(archive)
    assert are_there(paths, one, two)
    await archive.pictures.claim("window", [one.sha256])
    await archive.pictures.claim("other window", ())
    await archive.pictures.claim("", [two.sha256])
    await clean(archive)
    assert are_there(paths, one, two)
    await archive.pictures.claim("third window", [one.sha256])
    await archive.pictures.claim("window", ())
    await clean(archive)
    assert are_there(paths, one)


async def test_a_claim_lasts_for_30_days_after_it_was_renewed(
    archive: Archive, tmp_path: Path, paths: Paths
) -> None:
    picture = (await archive.pictures.attach(draw(tmp_path, "1.png"), "", "window")).picture
    pass_days(paths, 29)
    other = (await archive.pictures.attach(draw(tmp_path, "2.png"), "", "window")).picture
    pass_days(paths, 29)
    await clean(archive)
    assert are_there(paths, picture, other)
    pass_days(paths, 1.1)
    await clean(archive)
    assert are_there(paths)


async def test_files_that_nothing_names_are_swept_once_they_are_old(
    archive: Archive, workers: PictureWorkers, cat: Attachment, tmp_path: Path, paths: Paths
) -> None:
    await ask(archive, "What is it?", "A cat.", pictures=[cat])
    files_alone = PictureFiles(paths, Settings().max_pixels, workers)
    orphan = (await files_alone.add(draw(tmp_path, "orphan.png"), "")).picture
    half = paths.pictures_dir / ".copy-half"
    half.write_bytes(b"half")
    await archive.sweep()
    assert len(files(paths)) == 3
    change(paths, f"UPDATE origin SET began_at = {time.time() - 10 * DAY}")
    os.utime(half, (0, 0))
    os.utime(paths.picture(orphan.sha256), (time.time() - 2 * DAY,) * 2)
    await archive.sweep()
    assert are_there(paths, cat)


async def test_files_that_are_older_than_the_database_are_not_its_own(
    archive: Archive, first: StartedTurn, dog: Attachment, paths: Paths
) -> None:
    pass_days(paths, 5)
    await archive.close()
    paths.database.rename(paths.database.with_name("damaged"))
    another = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    await clean(another)
    assert are_there(paths, dog)
    await another.close()


async def test_pictures_that_a_backup_needs_stay_until_it_goes(
    archive: Archive, first: StartedTurn, dog: Attachment, paths: Paths
) -> None:
    backup = paths.data_dir / "conversations-20260101-120000-version-1.sqlite"
    await archive.close()
    shutil.copy(paths.database, backup)
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 31)
    await clean(archive)
    assert are_there(paths, dog)
    content = backup.read_bytes()
    backup.write_bytes(b"no database" * 100)
    await clean(archive)
    assert are_there(paths, dog)
    backup.write_bytes(content)
    backup.unlink()
    await clean(archive)
    assert are_there(paths)
    await archive.close()


async def test_a_picture_that_is_attached_while_it_is_swept_is_there_in_the_end(
    archive: Archive,
    cat: Attachment,
    tmp_path: Path,
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pass_days(paths, 2)
    add = PictureFiles.add
    swept: list[bool] = []

    async def add_and_sweep(self: PictureFiles, *picture: Any) -> AddedPicture:
        """Sweeps between the copy, which found a whole one, and its record."""
        added = await add(self, *picture)
        if not swept:
            await clean(archive)
            swept.append(are_there(paths))
        return added

    monkeypatch.setattr(PictureFiles, "add", add_and_sweep)
    assert (await archive.pictures.attach(tmp_path / "cat.png", "")).picture == cat
    assert swept == [True]
    assert are_there(paths, cat)
    assert await archive.pictures.find([cat.sha256]) == [cat]


async def test_saving_goes_on_while_thousands_are_swept(
    archive: Archive, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await start(archive, "Tell me")
    rows = ", ".join(f"('{number:064x}', 'x', 1, 1, 0)" for number in range(1_000))
    change(paths, f"INSERT INTO picture (key, name, width, height, attached_at) VALUES {rows}")
    deleted: list[int] = []
    delete = PictureFiles.delete

    def count(self: PictureFiles, pictures: list[str]) -> None:
        names = list(pictures)
        deleted.append(len(names))
        delete(self, names)

    monkeypatch.setattr(PictureFiles, "delete", count)
    sweeping = asyncio.create_task(archive.sweep())
    while not deleted:
        await archive.turns.save_answer(turn.answer.id, compose("Once upon"))
    await archive.turns.save_answer(turn.answer.id, compose("Once upon a time"))
    assert sum(deleted) < 1_000
    await sweeping
    assert sum(deleted) == 1_000


async def test_a_file_that_can_not_be_unlinked_is_swept_later(
    archive: Archive,
    first: StartedTurn,
    dog: Attachment,
    cat: Attachment,
    paths: Paths,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 31)
    stuck = paths.picture(dog.sha256)
    unlink = Path.unlink

    def unlink_others(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(1, "Operation not permitted", str(path))
        unlink(path, missing_ok)

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(Path, "unlink", unlink_others)
        await clean(archive)
    assert "is still on the disk" in caplog.text
    assert files(paths) == [stuck]
    with pytest.raises(NotStored):
        await archive.pictures.find([dog.sha256])
    await clean(archive)
    assert are_there(paths)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from typing import Any
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Settings, find_paths
from seeshell.core.store import conversation_table
from seeshell.core.store.archive import Archive
from seeshell.core.store.{module} import {name}

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    archive = await Archive.open(find_paths(os.environ), Settings().max_pixels, PictureWorkers())
    {name}.{method} = die
    {work}

asyncio.run(main())
"""


def run_and_die(module: str, name: str, method: str, work: str) -> None:
    """Runs work on the archive in a process that is killed when it calls a method."""
    program = textwrap.dedent(KILLED).format(module=module, name=name, method=method, work=work)
    ended = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE, check=False)
    assert ended.returncode == -signal.SIGKILL


async def test_a_core_that_is_killed_between_row_and_file_leaves_a_file_for_the_next_sweep(
    archive: Archive, first: StartedTurn, dog: Attachment, paths: Paths
) -> None:
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 31)
    await archive.close()
    run_and_die("picture_files", "PictureFiles", "delete", "await archive.purge()")
    assert are_there(paths, dog)
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    with pytest.raises(NotStored, match="attach it again"):
        await archive.pictures.find([dog.sha256])
    await archive.sweep()
    assert are_there(paths)
    await archive.close()


async def test_a_core_that_is_killed_between_file_and_row_leaves_a_file_for_the_next_sweep(
    archive: Archive, workers: PictureWorkers, tmp_path: Path, paths: Paths
) -> None:
    await archive.close()
    path = draw(tmp_path, "cat.png")
    run_and_die(
        "stored_pictures",
        "StoredPictures",
        "record",
        f"await archive.pictures.attach(Path({str(path)!r}), '')",
    )
    assert len(files(paths)) == 1
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    await archive.sweep()
    assert len(files(paths)) == 1
    pass_days(paths, 2)
    await archive.sweep()
    assert are_there(paths)
    picture = (await archive.pictures.attach(path, "")).picture
    assert await archive.pictures.find([picture.sha256]) == [picture]
    await archive.close()


async def test_a_core_that_is_killed_while_deleting_leaves_the_conversation_whole(
    archive: Archive, first: StartedTurn, dog: Attachment, paths: Paths
) -> None:
    await archive.close()
    work = f"await archive.delete_conversation({first.conversation})"
    run_and_die("turn_table", "TurnTable", "set_paused", work)
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    await ask(archive, "And?", "Brown.", first.conversation)
    expected = ["What is it?", "A dog.", "And?", "Brown."]
    assert await texts(archive, first.conversation) == expected
    assert await archive.pictures.find([dog.sha256]) == [dog]
    await archive.close()


async def test_a_purge_that_was_killed_is_finished_by_the_next_and_not_restored_half(
    archive: Archive, first: StartedTurn, dog: Attachment, paths: Paths
) -> None:
    await archive.delete_conversation(first.conversation)
    pass_days(paths, 31)
    await archive.close()
    run_and_die("conversation_table", "ConversationTable", "remove", "await archive.purge()")
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    with pytest.raises(NotStored, match="no conversation"):
        await archive.restore_conversation(first.conversation)
    assert are_there(paths, dog)
    await archive.purge()
    assert are_there(paths)
    await archive.close()


async def test_a_conversation_that_is_restored_while_others_are_purged_stays(
    archive: Archive, first: StartedTurn, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await ask(archive, "Other", "done")
    for conversation in (other.conversation, first.conversation):
        await archive.delete_conversation(conversation)
    pass_days(paths, 31)
    list_deleted = StoredConversations.list_deleted_before

    def list_and_restore(self: StoredConversations, moment: float) -> list[int]:
        listed = list_deleted(self, moment)
        self.restore(first.conversation)
        return listed

    monkeypatch.setattr(StoredConversations, "list_deleted_before", list_and_restore)
    await archive.purge()
    assert await found(archive, "") == await found(archive, "dog") == [first.conversation]


async def test_a_long_conversation_is_purged_in_steps(
    archive: Archive, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_table, "_WORDS_AT_ONCE", 4)
    conversation = (await ask(archive, "lemons", "yes")).conversation
    for _ in range(6):
        await ask(archive, "lemons", "yes", conversation)
    kept = await ask(archive, "lemons", "no")
    steps = 0
    purge = StoredConversations.purge

    def count(self: StoredConversations, conversation: int, deleted_before: float) -> bool:
        nonlocal steps
        steps += 1
        return purge(self, conversation, deleted_before)

    monkeypatch.setattr(StoredConversations, "purge", count)
    await archive.delete_conversation(conversation)
    pass_days(paths, 31)
    await archive.purge()
    assert steps == 5
    assert await found(archive, "lemons") == [kept.conversation]
    with pytest.raises(NotStored):
        await archive.restore_conversation(conversation)
