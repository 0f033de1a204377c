"""Older databases: checked, copied and rebuilt, or left exactly as they were."""

import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from seeshell.core.conversation import Attachment, TextPart, ThoughtsPart, text_of
from seeshell.core.errors import StoreError
from seeshell.core.excerpt import WHOLE, Excerpt, Region
from seeshell.core.generation_options import NO_CHOICES, NO_OPTIONS
from seeshell.core.kept import EVERYTHING, LibraryFilter
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store import backups, migrations
from seeshell.core.store.archive import Archive
from seeshell.core.store.library_page import Stretch
from seeshell.core.store.migrations import MIGRATIONS, migrate
from seeshell.core.store.picture_table import PictureTable

from ...patience import PATIENCE
from ..stored import ask, found, texts

DATABASES = Path(__file__).parent / "databases"
VERSION_1, VERSION_2 = DATABASES / "version-1.sqlite", DATABASES / "version-2.sqlite"
VERSION_3, VERSION_4 = DATABASES / "version-3.sqlite", DATABASES / "version-4.sqlite"
VERSION_5, VERSION_6 = DATABASES / "version-5.sqlite", DATABASES / "version-6.sqlite"
VERSION_7 = DATABASES / "version-7.sqlite"
DOG = "d" * 64

BRANCHES = f"""
INSERT INTO picture VALUES ('{DOG}', 'dog.png', 40, 30, 1000);
INSERT INTO conversation VALUES (7, 'Pets', 1000, 2000, NULL);
INSERT INTO message VALUES (20, 7, NULL, 'user', 'Which?', 1000, '', NULL, '', NULL);
INSERT INTO message VALUES (21, 7, 20, 'assistant', 'A dog.', 1001, 'demo', 'stop', '', NULL);
INSERT INTO message VALUES (22, 7, 20, 'assistant', 'A pup', 1002, 'demo', 'length', '', NULL);
INSERT INTO message VALUES (23, 7, NULL, 'user', 'Who?', 1003, '', NULL, '', NULL);
INSERT INTO message VALUES (24, 7, 23, 'assistant', '', 1004, 'demo', 'failed', 'No.', NULL);
INSERT INTO message VALUES (25, 7, 22, 'user', '', 1005, '', NULL, '', NULL);
INSERT INTO message VALUES (26, 7, 25, 'assistant', 'Well', 1006, '', NULL, '', NULL);
UPDATE conversation SET head_id = 22 WHERE id = 7;
INSERT INTO attachment VALUES (20, 0, '{DOG}', 'my dog.png', 32, 24, 9);
INSERT INTO attachment VALUES (20, 1, '{"ab" * 32}', 'stall.jpg', 1152, 864, 972);
INSERT INTO attachment VALUES (25, 0, '{DOG}', 'dog.png', 32, 24, 9);
INSERT INTO title_words (rowid, text) VALUES (7, 'Pets');
INSERT INTO message_words (rowid, text) SELECT id, text FROM message WHERE conversation_id = 7;
INSERT INTO conversation VALUES (90, 'gone', 1000, 1000, NULL);
INSERT INTO message VALUES (91, 90, NULL, 'user', 'gone', 1000, '', NULL, '', NULL);
DELETE FROM conversation WHERE id = 90;
"""
"""What a version 1 may hold besides: branches, pictures twice, no text, an open answer, gaps."""


@pytest.fixture
def version_1(paths: Paths) -> Path:
    """A database that a released version has made, in its place, with branches added."""
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_1, paths.database)
    with closing(sqlite3.connect(paths.database)) as database:
        database.executescript(f"PRAGMA foreign_keys = ON; BEGIN; {BRANCHES} COMMIT;")
        database.execute("PRAGMA journal_mode = WAL")
    return paths.database


async def open_archive(paths: Paths) -> Archive:
    return await Archive.open(paths, Settings().max_pixels, PictureWorkers())


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [*database.iterdump(), *map(str, database.execute("PRAGMA user_version"))]


def kept(paths: Paths) -> list[Path]:
    return sorted(paths.data_dir.glob("conversations-*"))


async def test_a_database_of_version_1_is_read_whole(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_1, paths.database)
    archive = await open_archive(paths)
    (conversation,) = await found(archive, "lemons")
    question, answer = (await archive.read_conversation(conversation)).messages
    assert question.attachments[0].name == "stall.jpg"
    assert question.text == "How much are the lemons?"
    assert (answer.text, answer.model, answer.finish_reason) == ("2.50 a kilo.", "demo", "stop")
    assert answer.stats is not None
    assert answer.stats.reused_tokens == 984
    await archive.close()


async def test_a_database_of_version_3_has_no_choices_of_its_own_yet(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_3, paths.database)
    archive = await open_archive(paths)
    (conversation,) = await found(archive, "picture")
    stored = await archive.read_conversation(conversation)
    question, answer = stored.messages
    assert (answer.text, answer.thoughts) == ("A circle and a square.", "I look.")
    assert (answer.adapter, answer.is_corrected, question.is_left_out) == ("", False, False)
    (picture,) = question.attachments
    assert (picture.tokens, picture.pixel_budget, picture.is_left_out) == (9, 0, False)
    (waiting,) = stored.queue
    assert waiting.options == NO_OPTIONS
    assert stored.summary.choices == NO_CHOICES
    await archive.close()


async def test_a_database_of_version_2_keeps_what_it_has_and_takes_notes(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_2, paths.database)
    archive = await open_archive(paths)
    assert [path.name[-16:] for path in kept(paths)] == ["version-2.sqlite"]
    (conversation,) = await found(archive, "logo")
    assert await texts(archive, conversation) == [
        "What is on this logo?",
        "I only know pictures of coloured shapes.",
        "And its colour?",
        "There is no triangle.",
    ]
    question = (await archive.read_conversation(conversation)).messages[0]
    (old,) = question.attachments
    assert (old.name, old.width, old.tokens, old.note) == ("whitelogo.png", 300, 8, "")
    await archive.close()

    with closing(sqlite3.connect(paths.database)) as database:
        PictureTable(database).add(msgspec.structs.replace(old, note="on grey"))
        database.commit()
    archive = await open_archive(paths)
    question = (await archive.read_conversation(conversation)).messages[0]
    assert question.attachments == (msgspec.structs.replace(old, note="on grey"),)
    await archive.close()


async def test_a_database_of_version_4_keeps_its_pictures_and_takes_excerpts_of_them(
    paths: Paths,
) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_4, paths.database)
    before = rows(VERSION_4, "SELECT sha256, name, width, height, attached_at FROM picture")
    notes = rows(VERSION_4, "SELECT sha256, note FROM picture_note")
    claims = rows(VERSION_4, "SELECT window, sha256, claimed_at FROM claim")
    parts = rows(VERSION_4, "SELECT message_id, position, kind, text, sha256, data FROM part")
    archive = await open_archive(paths)
    (conversation,) = await found(archive, "colour")
    stored = await archive.read_conversation(conversation)
    red, logo = stored.messages[0].attachments
    assert (red.name, red.model_width, red.pixel_budget, red.excerpt) == ("red.png", 32, 64, WHOLE)
    assert (logo.note, logo.is_left_out) == ("transparent parts on white", True)
    assert stored.queue[0].question.attachments[0].key == red.sha256
    await archive.close()
    with closing(sqlite3.connect(paths.database)) as database:
        database.row_factory = sqlite3.Row
        part = msgspec.structs.replace(red, excerpt=Excerpt(2, Region(1, 2, 3, 4)), note="cut")
        PictureTable(database).add(part)
        assert PictureTable(database).find(part.key).excerpt == part.excerpt
        database.rollback()
    path = paths.database
    assert rows(path, "SELECT key, name, width, height, attached_at FROM picture") == before
    assert rows(path, "SELECT DISTINCT key = sha256 FROM picture") == [(1,)]
    assert rows(path, "SELECT picture_key, note FROM picture_note") == notes
    assert rows(path, "SELECT window, picture_key, claimed_at FROM claim") == claims
    kept_parts = rows(path, "SELECT message_id, position, kind, text, picture_key, data FROM part")
    assert kept_parts == parts


@pytest.mark.parametrize("version", [VERSION_5, VERSION_6], ids=["version 5", "version 6"])
async def test_the_library_shows_what_a_database_without_one_has(
    paths: Paths, version: Path
) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(version, paths.database)
    archive = await open_archive(paths)
    page = await archive.library.list_page(EVERYTHING, "created", Stretch(10))
    waiting, colours = page.rows
    assert [row.summary.title for row in page.rows] == ["Still open", "Which colour?"]
    assert (colours.model, colours.turns, colours.summary.message_count) == ("demo", 1, 6)
    assert colours.summary.choices.model == "demo"
    assert (colours.summary.tags, colours.summary.is_pinned, colours.picture[64:]) == (
        (),
        False,
        "",
    )
    (deleted,) = (
        await archive.library.list_page(LibraryFilter(shelf="bin"), "created", Stretch(10))
    ).rows
    assert (deleted.summary.title, deleted.turns) == ("Forget me", 1)
    stored = await archive.read_conversation(waiting.summary.id)
    assert [it.text for it in stored.messages] == ["Still open", "Half an ans"]
    assert ([it.question.text for it in stored.queue], stored.is_paused) == (["Waits"], True)
    await archive.close()


@pytest.mark.parametrize("version", [VERSION_5, VERSION_6], ids=["version 5", "version 6"])
async def test_every_branch_of_an_older_database_is_there(paths: Paths, version: Path) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(version, paths.database)
    archive = await open_archive(paths)
    (conversation,) = await found(archive, "colour")
    kept_tree = await archive.library.read_tree(conversation)
    messages = kept_tree.conversation.messages
    assert [text_of(it.parts) for it in messages] == [
        "Which colour?",
        "Red.",
        "And this corner?",
        "Red too.",
        "Crimson.",
        "Dark red.",
    ]
    places = {it.uuid: place for place, it in enumerate(messages)}
    parents = [it.parent and places[it.parent] for it in messages]
    assert parents == [None, 0, 1, 2, 2, 0]
    assert kept_tree.conversation.head == messages[5].uuid
    assert [it.is_left_out for it in messages] == [True, True, False, False, False, True]
    assert messages[1].parts[0] == ThoughtsPart("I look.")
    assert messages[4].finish_reason == "length"
    pictures = [part for it in messages for part in it.parts if isinstance(part, Attachment)]
    assert [it.excerpt == WHOLE for it in pictures] == [True, False]
    assert pictures[0].tokens == 9
    assert kept_tree.deleted == ()
    await archive.close()


async def test_a_database_of_version_6_keeps_its_rolls(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_6, paths.database)
    archive = await open_archive(paths)
    (roll,) = await archive.rolls.list_all()
    done, waiting = (await archive.rolls.read(roll.id)).rows
    assert done.answer is not None
    assert (done.answer.text, waiting.state) == ("A square.", "waiting")
    await archive.close()


async def test_words_that_version_7_has_indexed_with_a_dotless_i_are_found(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_7, paths.database)
    archive = await open_archive(paths)
    await archive.indexing
    (lamp,) = await found(archive, "ışık")
    for words in ("IŞIK", "işik", "ISPARTA kapinin", "nerede"):
        assert await found(archive, words) == [lamp], words
    assert len(await found(archive, "colour")) == 1
    await archive.close()


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(database.execute(query), key=str)


KILLED = {
    "before the copy is in its place": "from pathlib import Path; Path.replace = die",
    "before the steps are committed": "migrations.find_damage = die",
}


def migrate_and_die(moment: str) -> None:
    program = f"""
import os, signal, sqlite3
from seeshell.core.settings import find_paths
from seeshell.core.store import backups, migrations
def die(*given): os.kill(os.getpid(), signal.SIGKILL)
{KILLED[moment]}
paths = find_paths(os.environ)
backups.migrate_with_backup(sqlite3.connect(paths.database, isolation_level=None), paths)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize("version", [VERSION_1, VERSION_2], ids=["version 1", "version 2"])
@pytest.mark.parametrize("moment", KILLED)
async def test_a_core_killed_in_a_migration_loses_nothing(
    paths: Paths, version: Path, moment: str
) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(version, paths.database)
    before = dump(paths.database)
    migrate_and_die(moment)
    assert dump(paths.database) == before
    archive = await open_archive(paths)
    assert len(await archive.list_conversation_ids()) == 1
    await archive.close()
    assert dump(kept(paths)[-1]) == before
    assert not (paths.data_dir / "conversations.unfinished").exists()


@pytest.mark.usefixtures("version_1")
async def test_rebuilding_the_tables_keeps_branches_pictures_words_and_numbers(
    paths: Paths,
) -> None:
    archive = await open_archive(paths)
    read = await archive.read_conversation(7)
    question, answer = read.messages
    assert (read.summary.title, read.summary.created_at, read.summary.updated_at) == (
        "Pets",
        1000,
        2000,
    )
    assert read.summary.message_count == 7
    assert question.parts == (
        Attachment(DOG, "my dog.png", 40, 30, 32, 24, 9),
        Attachment("ab" * 32, "stall.jpg", 4032, 3024, 1152, 864, 972),
        TextPart("Which?"),
    )
    assert (question.siblings, answer.siblings) == ((20, 23), (21, 22))
    assert (answer.id, answer.text, answer.finish_reason) == (22, "A pup", "length")
    failed = (await archive.switch_branch(7, 23)).messages[-1]
    assert (failed.parts, failed.finish_reason, failed.error) == ((), "failed", "No.")
    wordless, opened = (await archive.switch_branch(7, 22)).messages[-2:]
    assert wordless.parts == (Attachment(DOG, "dog.png", 40, 30, 32, 24, 9),)
    assert (opened.text, opened.finish_reason) == ("Well", "failed")
    assert await found(archive, "pets") == await found(archive, "dog") == [7]
    uuids = {message.uuid for message in (question, answer, failed, wordless, opened)}
    assert len(uuids | {read.summary.uuid}) == 6

    # Numbers of what was deleted before stay unused: KV caches on disk go by them.
    turn = await ask(archive, "new", "yes")
    assert (turn.conversation, turn.question.id) == (91, 92)
    await archive.close()


@pytest.mark.usefixtures("version_1")
async def test_what_is_copied_before_a_migration_is_the_database_as_it_was(paths: Paths) -> None:
    before = dump(paths.database)
    await (await open_archive(paths)).close()
    (backup,) = kept(paths)
    assert dump(backup) == before
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert sorted(path.name for path in paths.data_dir.iterdir()) == [
        backup.name,
        "conversations.sqlite",
    ]
    backup.replace(paths.database)
    archive = await open_archive(paths)
    assert await texts(archive, 7) == ["Which?", "A pup"]
    await archive.close()


@pytest.mark.usefixtures("version_1")
async def test_the_newest_backups_are_kept(paths: Paths) -> None:
    older = [
        paths.data_dir / f"conversations-20200{month}01-120000-version-1.sqlite"
        for month in range(1, 5)
    ]
    for path in older:
        path.touch()
    await (await open_archive(paths)).close()
    assert kept(paths)[:-1] == older[2:]
    assert len(kept(paths)) == 3
    await (await open_archive(paths)).close()
    assert len(kept(paths)) == 3


async def test_a_new_database_needs_no_backup(paths: Paths) -> None:
    await (await open_archive(paths)).close()
    await (await open_archive(paths)).close()
    assert kept(paths) == []


BROKEN = {
    "a step fails": "CREATE TABLE later (x); INSERT INTO nowhere VALUES (1);",
    "a reference dangles": "INSERT INTO part (message_id, position, kind) VALUES (999, 0, 'text');",
    "a constraint fails": "DROP TABLE claim; UPDATE message SET uuid = 'same';",
    "a rebuilt table is half full": "CREATE TABLE new_message AS SELECT * FROM message LIMIT 1; "
    "DROP TABLE message; ALTER TABLE new_message RENAME TO message;",
}


@pytest.mark.usefixtures("version_1")
@pytest.mark.parametrize("problem", BROKEN)
async def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    before = dump(paths.database)
    steps = (*MIGRATIONS, BROKEN[problem])
    monkeypatch.setattr(backups, "MIGRATIONS", steps)
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr(migrate, "__defaults__", (steps,))
    with pytest.raises(StoreError, match=r"could not be converted.*as they were"):
        await open_archive(paths)
    assert dump(paths.database) == before
    assert kept(paths) == []
    monkeypatch.undo()
    archive = await open_archive(paths)
    assert await texts(archive, 7) == ["Which?", "A pup"]
    await archive.close()


@pytest.mark.usefixtures("version_1")
async def test_a_damaged_database_is_not_migrated(paths: Paths) -> None:
    with closing(sqlite3.connect(paths.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'message_parent_id'"
        ).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(paths.database.read_bytes())
    content[(page - 1) * size : page * size] = bytes(size)
    paths.database.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*`seeshell doctor --repair`"):
        await open_archive(paths)
    assert paths.database.read_bytes() == content
    assert kept(paths) == []


@pytest.mark.usefixtures("version_1")
async def test_a_database_that_can_not_be_copied_is_not_migrated(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(paths.database)
    (paths.data_dir / "conversations.unfinished").mkdir()
    with pytest.raises(StoreError, match=r"conversations\.unfinished can't be used"):
        await open_archive(paths)
    assert dump(paths.database) == before


def test_foreign_keys_hold_again_after_a_migration() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("PRAGMA foreign_keys = ON")
    migrate(database)
    assert database.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO part (message_id, position, kind) VALUES (1, 0, 'text')")
    database.close()


def test_the_page_about_the_store_names_the_version_and_every_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "store.md").read_text(encoding="utf-8")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        migrate(database)
        tables = [row[1] for row in database.execute("PRAGMA table_list") if row[2] != "shadow"]
    assert f"version {len(MIGRATIONS)}." in page
    made = {name for name in tables if not name.startswith("sqlite_")}
    assert made == {name for name in made if f"**{name}**" in page}
