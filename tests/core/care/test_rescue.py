"""Of a damaged database all that can be read is saved, of every table that the schema has."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import json

from seeshell.core.care.joined import RECOVERED, RECOVERED_ROLL
from seeshell.core.care.raw_pages import RawPages
from seeshell.core.care.rescue import Rescued, rescue
from seeshell.core.care.stored_tables import APART, DERIVED, StoredTable, stored_tables
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.roll import RollQuestion
from seeshell.core.settings import Settings, find_paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.migrations import MIGRATIONS, find_damage, migrate

from .everything import fill

PAGE = 4096
LIST_OF_TABLES = 1
DATABASES = Path(__file__).parents[1] / "store" / "databases"

Rows = dict[str, set[tuple[object, ...]]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with rows in every table."""
    home = tmp_path_factory.mktemp("filled")
    paths = find_paths({"SEESHELL_HOME": str(home)})

    async def prepare() -> None:
        workers = PictureWorkers()
        archive = await Archive.open(paths, Settings().max_pixels, workers)
        await fill(archive, home)
        await archive.close()
        await workers.close()

    asyncio.run(prepare())
    with closing(sqlite3.connect(paths.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert database.execute("PRAGMA page_size").fetchone()[0] == PAGE
    return paths.database


def rescue_without(
    whole: Path, folder: Path, *pages: int, backups: Sequence[Path] = ()
) -> tuple[Rows, Rescued]:
    """Returns what is saved of a file in which there is noise in the place of some pages."""
    damaged, target = folder / "damaged.sqlite", folder / f"saved-{len(pages)}-{pages[0]}.sqlite"
    shutil.copy(whole, damaged)
    with damaged.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE)
            file.write(b"\x0d" + os.urandom(PAGE - 1))
    rescued = rescue(damaged, backups, target)
    with closing(sqlite3.connect(target)) as database:
        assert not find_damage(database)
    return read(target), rescued


def read(path: Path) -> Rows:
    """Returns all rows of the tables that are saved."""
    with closing(sqlite3.connect(path)) as database:
        return {
            it.name: set(database.execute(f"SELECT {columns_of(it)} FROM {it.name}"))
            for it in stored_tables(database)
        }


def columns_of(table: StoredTable) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def rows_on(whole: Path, page: int) -> int:
    """Returns how many rows can lie on a page: what of a long one is elsewhere counts as one."""
    with whole.open("rb") as file:
        file.seek((page - 1) * PAGE)
        start = file.read(5)
    if start[0] == 0x05:
        return 0
    return int.from_bytes(start[3:5], "big") if start[0] in (0x0D, 0x0A, 0x02) else 1


def lost(before: Rows, after: Rows) -> int:
    """Returns how many rows are gone; what others of messages and the like tell is made again."""
    by_id = {"conversation", "message", "picture", "roll"}
    return sum(
        len({it[0] for it in rows} - {it[0] for it in after[name]})
        if name in by_id
        else len(rows - after[name])
        for name, rows in before.items()
    )


def test_every_table_is_saved_or_can_be_made_anew(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as database:
        database.execute("CREATE TEMP TABLE of_the_test (id INTEGER)")
        named = database.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND name != 'sqlite_schema'"
        )
        tables = {row[0] for row in named}
        stored = stored_tables(database)
        saved = {it.name for it in stored}
        assert saved | DERIVED | APART == tables
        # What is saved page by page is told apart by its key, and tested below by its rows.
        for table in stored:
            info = database.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert any(row[5] for row in info)
    assert [name for name, rows in read(whole).items() if not rows] == []


def test_without_the_list_of_tables_every_row_of_each_is_saved(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    after, _ = rescue_without(whole, tmp_path, LIST_OF_TABLES)
    for name, rows in before.items():
        assert after[name] == rows, name


def test_without_the_root_of_a_table_only_what_lies_on_it_is_lost(
    whole: Path, tmp_path: Path
) -> None:
    before = read(whole)
    with closing(sqlite3.connect(whole)) as database:
        roots = dict(
            database.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
        )
    for name in before:
        after, _ = rescue_without(whole, tmp_path, roots[name])
        assert rows_on(whole, roots[name]) < len(before[name]), "its root must not be all of it"
        assert lost(before, after) <= rows_on(whole, roots[name]), name


def test_without_any_one_page_only_what_lies_on_it_is_lost(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    pages = whole.stat().st_size // PAGE
    for page in range(2, pages + 1, max(1, pages // 8)):
        after, _ = rescue_without(whole, tmp_path, page)
        assert lost(before, after) <= rows_on(whole, page), page


def pages_of(whole: Path, name: str) -> list[int]:
    """Returns the pages with rows of a table."""
    with closing(sqlite3.connect(whole)) as database:
        (table,) = [it for it in stored_tables(database) if it.name == name]
    pages = RawPages(whole)
    return [
        page
        for page in range(1, pages._count + 1)
        if any(it.is_numbered and table.fits(it.values) for it in pages._rows_of(page))
    ]


def test_texts_whose_messages_are_lost_keep_their_place(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    page = pages_of(whole, "message")[1]
    after, rescued = rescue_without(whole, tmp_path, page)
    assert after["part"] == before["part"]
    assert after["turn"] == before["turn"]
    # Where they stand; who said them is guessed.
    places = [{(it[0], *it[2:5], it[-1]) for it in rows["message"]} for rows in (before, after)]
    assert places[0] == places[1]
    assert rescued.messages == len(before["message"])


def test_texts_are_kept_when_nothing_tells_their_place(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    with closing(sqlite3.connect(whole)) as database:
        index = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'message_conversation_id'"
        ).fetchone()[0]
    pages = pages_of(whole, "message")
    after, _ = rescue_without(whole, tmp_path, index, *pages)
    assert after["part"] == before["part"]
    assert RECOVERED in {it[2] for it in after["conversation"]}
    after, _ = rescue_without(whole, tmp_path, index, pages[1])
    assert after["part"] == before["part"]


def test_answers_of_a_roll_whose_question_is_lost_are_kept(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    pages = pages_of(whole, "roll")
    after, _ = rescue_without(whole, tmp_path, *pages)
    assert after["roll_row"] == before["roll_row"]
    assert {it[0] for it in after["roll"]} == {it[0] for it in before["roll"]}
    for it in after["roll"]:
        assert json.decode(str(it[2]), type=RollQuestion).text == RECOVERED_ROLL


def test_what_a_backup_has_of_rolls_and_tags_comes_from_there(whole: Path, tmp_path: Path) -> None:
    before = read(whole)
    shutil.copy(whole, tmp_path / "backup.sqlite")
    with closing(sqlite3.connect(whole)) as database:
        roots = dict(
            database.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
        )
    pages = [*pages_of(whole, "roll"), *pages_of(whole, "conversation")]
    damaged = [*pages, roots["tag"], roots["roll_row"]]
    after, rescued = rescue_without(whole, tmp_path, *damaged, backups=[tmp_path / "backup.sqlite"])
    for name in ("conversation", "roll", "roll_row"):
        assert after[name] == before[name], name
    assert rescued.from_backup >= len(before["conversation"])


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_damaged_file_of_an_earlier_version_loses_nothing_that_a_whole_one_has(
    tmp_path: Path, version: int
) -> None:
    old = DATABASES / f"version-{version}.sqlite"
    with closing(sqlite3.connect(tmp_path / "brought up", isolation_level=None)) as database:
        with closing(sqlite3.connect(old)) as source:
            source.backup(database)
            roots = [
                row[0]
                for row in source.execute(
                    "SELECT rootpage FROM sqlite_schema WHERE name = 'conversation_updated_at'"
                )
            ]
        migrate(database)
    shutil.copy(old, tmp_path / "old")
    after, _ = rescue_without(old, tmp_path, *roots)
    before = read(tmp_path / "brought up")
    assert {it[3] for it in after["part"]} == {it[3] for it in before["part"]}
    assert {it[4] for it in after["part"]} == {it[4] for it in before["part"]}
