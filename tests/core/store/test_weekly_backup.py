"""One checked copy of the database a week, beside its use."""

import asyncio
import os
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest

from seeshell.core.conversation import StartedTurn
from seeshell.core.errors import StoreError
from seeshell.core.settings import Paths
from seeshell.core.store import weekly_backup
from seeshell.core.store.archive import Archive
from seeshell.core.store.weekly_backup import WeeklyBackup

from ..stored import DAY, ask, change, files, found, pass_days


def kept(paths: Paths) -> list[Path]:
    return sorted(paths.data_dir.glob("conversations-*-weekly.sqlite"))


async def back_up(archive: Archive) -> None:
    await archive.back_up(lambda: True)


@pytest.fixture(autouse=True)
def quick_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weekly_backup, "_REST", 0.0)
    monkeypatch.setattr(weekly_backup, "_PAGES_AT_ONCE", 1)


async def test_a_backup_is_made_once_a_week_from_the_first_week_on(
    archive: Archive, paths: Paths, first: StartedTurn
) -> None:
    await back_up(archive)
    assert kept(paths) == []
    pass_days(paths, 8)
    await back_up(archive)
    await back_up(archive)
    (backup,) = kept(paths)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT title FROM conversation").fetchall() == [("What is it?",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not list(paths.data_dir.glob("*unfinished*"))
    age(backup, 6)
    await back_up(archive)
    assert kept(paths) == [backup]
    age(backup, 8)
    assert WeeklyBackup(paths).is_due(0.0)
    age(backup, -30)
    assert WeeklyBackup(paths).is_due(0.0)
    await ask(archive, "more", "!", first.conversation)


def age(backup: Path, days: float) -> None:
    moment = time.time() - days * DAY
    os.utime(backup, (moment, moment))


@pytest.mark.usefixtures("first")
async def test_the_newest_three_stay_beside_those_of_migrations(
    archive: Archive, paths: Paths
) -> None:
    older = [paths.data_dir / f"conversations-2020010{it}-120000-weekly.sqlite" for it in range(4)]
    before = paths.data_dir / "conversations-20200101-120000-version-6.sqlite"
    for path in (*older, before):
        path.touch()
        age(path, 30)
    pass_days(paths, 8)
    await back_up(archive)
    assert kept(paths)[:-1] == older[2:]
    assert before.exists()


async def test_pictures_of_a_weekly_backup_stay(
    archive: Archive, paths: Paths, first: StartedTurn
) -> None:
    pass_days(paths, 8)
    await back_up(archive)
    await archive.delete_conversation(first.conversation)
    await archive.library.empty_bin()
    await archive.purge()
    assert len(files(paths)) == 1
    kept(paths)[0].unlink()
    await archive.sweep()
    assert files(paths) == []


async def test_answers_are_saved_while_the_copy_is_made_which_is_of_one_moment(
    archive: Archive, paths: Paths, first: StartedTurn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_days(paths, 8)
    loop = asyncio.get_running_loop()
    asked: list[StartedTurn] = []

    def ask_meanwhile(_seconds: float) -> None:
        if not asked:
            saving = ask(archive, "Meanwhile?", "Yes.", first.conversation)
            asked.append(asyncio.run_coroutine_threadsafe(saving, loop).result())

    monkeypatch.setattr(weekly_backup.time, "sleep", ask_meanwhile)
    await back_up(archive)
    assert await found(archive, "meanwhile") == [first.conversation]
    with closing(sqlite3.connect(kept(paths)[0])) as copy:
        assert copy.execute("SELECT count(*) FROM message").fetchone() == (2,)


@pytest.mark.usefixtures("first")
async def test_a_copy_is_given_up_when_an_answer_is_due(archive: Archive, paths: Paths) -> None:
    pass_days(paths, 8)
    await archive.back_up(lambda: False)
    assert list(paths.data_dir.glob("conversations*")) == list(paths.data_dir.glob("*sqlite*"))
    assert kept(paths) == []
    await back_up(archive)
    assert len(kept(paths)) == 1


@pytest.mark.usefixtures("first")
async def test_a_damaged_database_replaces_no_good_backup(archive: Archive, paths: Paths) -> None:
    good = [paths.data_dir / f"conversations-2020010{it}-120000-weekly.sqlite" for it in range(3)]
    for path in good:
        path.touch()
        age(path, 30)
    change(
        paths, "PRAGMA foreign_keys = OFF", "INSERT INTO part VALUES (99, 0, 'text', '', 'x', '')"
    )
    pass_days(paths, 8)
    with pytest.raises(StoreError, match=r"damaged .*seeshell doctor"):
        await back_up(archive)
    assert kept(paths) == good


@pytest.mark.usefixtures("first")
async def test_without_room_on_the_disk_none_is_begun(
    archive: Archive, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_days(paths, 8)
    monkeypatch.setattr(weekly_backup, "_ROOM", 1e9)
    with pytest.raises(StoreError, match="free some space"):
        await back_up(archive)
    assert list(paths.data_dir.glob("*weekly*")) == []
