"""What is wrong on the disk is told, and mended without losing anything."""

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.care.condition import Condition
from seeshell.core.care.conversations import (
    check_conversations,
    check_search,
    repair_conversations,
    repair_search,
)
from seeshell.core.care.exchange import exchange
from seeshell.core.care.folders import (
    check_rights,
    check_room,
    check_spills,
    repair_rights,
)
from seeshell.core.care.joined import RECOVERED
from seeshell.core.care.pictures import check_pictures, repair_pictures
from seeshell.core.demo import SAMPLE_NAME, SAMPLES_PATH
from seeshell.core.errors import StoreError
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.database import rescued_file
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ended

SAMPLE = SAMPLES_PATH / SAMPLE_NAME
TALKS = 60
LONG = "Each answer fills some pages of the database. " * 60


async def fill(archive: Archive, count: int) -> None:
    """Stores conversations of one question and one answer."""
    for number in range(count):
        question = NewQuestion(f"turn {number}", f"question {number}")
        await archive.turns.submit(None, question)
        started = await archive.turns.start(question.turn)
        await archive.turns.end_answer(
            started.conversation, ended(started.answer, f"{number}: {LONG}")
        )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a store with many conversations, one with a picture."""
    home = tmp_path_factory.mktemp("filled")

    async def prepare() -> None:
        workers = PictureWorkers()
        paths = find_paths({"SEESHELL_HOME": str(home)})
        archive = await Archive.open(paths, Settings().max_pixels, workers)
        await fill(archive, TALKS)
        added = (await archive.pictures.attach(SAMPLE, "")).picture
        await archive.turns.submit(None, NewQuestion("with", "with a picture", [added]))
        started = await archive.turns.start("with")
        await archive.turns.end_answer(started.conversation, ended(started.answer, "A circle."))
        await archive.close()
        await workers.close()

    asyncio.run(prepare())
    return home / "data"


@pytest.fixture
def filled(paths: Paths, prepared: Path) -> Paths:
    """A store that no core has open."""
    shutil.copytree(prepared, paths.data_dir)
    paths.data_dir.chmod(0o700)
    return paths


def damage(database: Path, every: int, first: int) -> int:
    """Writes noise over each so manieth page from one on; returns how many."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = opened.execute("PRAGMA page_size").fetchone()[0]
    pages = database.stat().st_size // size
    chosen = range(first, pages, every)
    with database.open("r+b") as file:
        for page in chosen:
            file.seek(page * size)
            file.write(os.urandom(size))
    return len(chosen)


def texts(database: Path) -> dict[int, str]:
    """Returns the texts of all messages by their ids."""
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute(
            "SELECT message_id, text FROM part WHERE kind = 'text' ORDER BY message_id"
        )
        return dict(rows.fetchall())


def run_care(paths: Paths, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"SEESHELL_HOME": str(paths.data_dir.parent)}
    command = [sys.executable, "-m", "seeshell.core.care", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def look(paths: Paths, *arguments: str) -> Any:
    """Returns what the program prints."""
    return json.loads(run_care(paths, *arguments).stdout)


def test_what_is_whole_is_said_to_be(filled: Paths) -> None:
    checks = (check_conversations, check_search, check_pictures, check_spills, check_rights)
    found = [check(filled) for check in (*checks, check_room)]
    assert [it for it in found if it.health != "good"] == []
    assert f"{2 * TALKS + 2} messages" in found[0].found


def test_where_nothing_is_stored_nothing_is_made(paths: Paths) -> None:
    for check in (check_conversations, check_search, check_pictures, check_spills, check_rights):
        assert check(paths).health == "good"
    assert not paths.data_dir.exists()


@pytest.mark.parametrize("every", [7, 23])
async def test_of_a_damaged_file_all_that_can_be_read_is_saved(
    filled: Paths, workers: PictureWorkers, every: int
) -> None:
    before = texts(filled.database)
    damaged = damage(filled.database, every, 3)
    assert damaged
    found = check_conversations(filled)
    assert (found.health, found.can_repair) == ("poor", True)
    bytes_before = filled.database.read_bytes()
    repaired = repair_conversations(filled)
    assert "damaged file is kept" in repaired.found
    (kept,) = filled.data_dir.glob("damaged-*-conversations.sqlite")
    assert kept.read_bytes() == bytes_before
    assert check_conversations(filled).health == "good"
    after = texts(filled.database)
    assert after.items() <= before.items()
    assert len(after) >= len(before) // 3
    archive = await Archive.open(filled, Settings().max_pixels, workers)
    await archive.indexing
    for conversation in await archive.list_conversation_ids():
        read = await archive.read_conversation(conversation)
        assert read.messages or read.summary.title
    await archive.close()
    assert check_search(filled).health == "good"


def test_what_a_backup_has_comes_from_there(filled: Paths) -> None:
    before = texts(filled.database)
    with (
        closing(sqlite3.connect(filled.database)) as opened,
        closing(
            sqlite3.connect(filled.data_dir / "conversations-20260101-000000-weekly.sqlite")
        ) as copy,
    ):
        opened.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    damage(filled.database, 5, 2)
    repair_conversations(filled)
    after = texts(filled.database)
    assert after.items() <= before.items()
    assert len(after) >= 0.95 * len(before)


def test_messages_without_their_conversation_get_one(filled: Paths) -> None:
    with closing(sqlite3.connect(filled.database, isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = OFF")
        opened.execute("DELETE FROM conversation WHERE id = 3")
    assert check_conversations(filled).can_repair
    repair_conversations(filled)
    with closing(sqlite3.connect(filled.database)) as opened:
        title, head = opened.execute(
            "SELECT title, head_id FROM conversation WHERE id = 3"
        ).fetchone()
        assert title == RECOVERED
        assert opened.execute(
            "SELECT 1 FROM message WHERE id = ? AND conversation_id = 3", (head,)
        ).fetchone()


async def test_a_repair_that_was_cut_off_is_ended_before_a_core_starts(
    filled: Paths, workers: PictureWorkers
) -> None:
    before = texts(filled.database)

    class Cut(Exception):
        pass

    def fail(_damaged: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise Cut

    names = sorted(it.name for it in filled.data_dir.iterdir())
    with pytest.raises(Cut):
        exchange(filled, fail)
    assert texts(filled.database) == before
    assert sorted(it.name for it in filled.data_dir.iterdir()) == names
    # Killed when the rescued file was whole and not in its place.
    with (
        closing(sqlite3.connect(filled.database)) as opened,
        closing(sqlite3.connect(rescued_file(filled))) as copy,
    ):
        opened.backup(copy)
    with pytest.raises(StoreError, match="doctor --repair"):
        await Archive.open(filled, Settings().max_pixels, workers)
    assert check_conversations(filled).can_repair
    repair_conversations(filled)
    assert texts(filled.database) == before
    assert not rescued_file(filled).exists()


async def test_searches_out_of_step_are_put_in_step(filled: Paths, workers: PictureWorkers) -> None:
    with closing(sqlite3.connect(filled.database, isolation_level=None)) as opened:
        opened.execute("DELETE FROM message_words WHERE rowid < 10")
    found = check_search(filled)
    assert (found.health, found.can_repair) == ("poor", True)
    repair_search(filled)
    archive = await Archive.open(filled, Settings().max_pixels, workers)
    await archive.indexing
    assert len(await archive.list_conversations("question", 500)) == TALKS
    await archive.close()
    assert check_search(filled).health == "good"


def age(*files: Path) -> None:
    for it in files:
        os.utime(it, (time.time() + 0, time.time() - 2 * 86_400))


def test_files_of_pictures_are_put_where_they_belong(filled: Paths) -> None:
    (stored,) = filled.pictures_dir.glob("??/*")
    misplaced = filled.pictures_dir / ".copy-left"
    stored.rename(misplaced)
    nobodys = filled.pictures_dir / "ab" / ("ab" * 32)
    nobodys.parent.mkdir(exist_ok=True)
    nobodys.write_bytes(b"the only copy")
    age(misplaced, nobodys)
    with closing(sqlite3.connect(filled.database, isolation_level=None)) as opened:
        opened.execute("UPDATE origin SET began_at = 0")
    found = check_pictures(filled)
    assert found.found == "1 file missing, 2 files that nothing names"
    assert repair_pictures(filled) == Condition(
        "picture files", "1 file back in place, 1 put into pictures-put-aside"
    )
    assert stored.read_bytes() == SAMPLE.read_bytes()
    assert (filled.data_dir / "pictures-put-aside" / nobodys.name).read_bytes() == b"the only copy"
    assert check_pictures(filled).health == "good"


def test_others_lose_their_rights(filled: Paths) -> None:
    (stored,) = filled.pictures_dir.glob("??/*")
    stored.chmod(0o644)
    assert check_rights(filled).can_repair
    repair_rights(filled)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert check_rights(filled).health == "good"


def test_a_database_that_the_system_keeps_from_being_read_is_not_called_damaged(
    filled: Paths,
) -> None:
    """Repairing it would make another one of a file that is whole."""
    with closing(sqlite3.connect(filled.database, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        found = {it["name"]: it for it in look(filled)}
    assert found["conversations"]["found"].startswith("it can't be looked at")
    assert not found["conversations"]["can_repair"]
    assert "damaged" not in found["search"]["found"]


def test_rights_that_the_user_lacks_are_told(
    filled: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda place, _: place != filled.database)
    found = check_rights(filled)
    assert (found.health, found.can_repair) == ("poor", False)
    assert str(filled.data_dir) in found.advice


def test_a_folder_that_can_not_be_locked_is_told_in_one_sentence(filled: Paths) -> None:
    filled.lock_file.unlink(missing_ok=True)
    filled.lock_file.mkdir()
    done = run_care(filled, "--repair")
    filled.lock_file.rmdir()
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Nothing can be repaired: ")


def test_the_program_repairs_all_of_it_while_no_core_runs(filled: Paths) -> None:
    damage(filled.database, 9, 4)

    def run(*arguments: str) -> Any:
        return {it["name"]: it for it in look(filled, *arguments)}

    assert run()["conversations"]["health"] == "poor"
    assert "could be kept" in run("--repair")["conversations"]["found"]
    assert run()["conversations"]["health"] == "good"
