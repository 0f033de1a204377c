"""The database: what is stored is read again, and what can't be done is said."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from seeshell.core.conversation import Attachment
from seeshell.core.errors import NotStored, StoreError
from seeshell.core.settings import Paths
from seeshell.core.store.migrations import MIGRATIONS, migrate
from seeshell.core.store.store import CORE_ENDED, Store

from ..stored import CAT, DOG, ended

VERSION_1 = Path(__file__).parent / "databases" / "version-1.sqlite"


def talk(store: Store, text: str, answer: str, conversation: int | None = None) -> int:
    conversation, _, opened, *_ = store.start_turn(conversation, text, ())
    store.end_answer(conversation, ended(opened, answer))
    return conversation


def test_a_conversation_is_read_as_it_was_stored(store: Store) -> None:
    conversation, question, answer, *_ = store.start_turn(None, "What is it?", [DOG, CAT])
    assert question.attachments == (DOG, CAT)
    assert (answer.parent_id, answer.text, answer.finish_reason) == (question.id, "", None)
    answer = ended(answer, "A dog and a cat.")
    store.end_answer(conversation, answer)
    _, second, open_answer, *_ = store.start_turn(conversation, "Which is larger?", ())

    stored = store.read_conversation(conversation)
    assert stored.messages == (question, answer, second, open_answer)
    assert stored.summary.title == "What is it?"
    assert stored.summary.message_count == 4


def test_the_text_of_an_open_answer_can_be_read_while_it_grows(store: Store) -> None:
    conversation, _, answer, *_ = store.start_turn(None, "Tell me", ())
    store.save_text(answer.id, "Once")
    store.save_text(answer.id, "Once upon")
    assert store.read_conversation(conversation).messages[-1].text == "Once upon"


def test_answers_that_a_dead_core_left_open_are_closed_as_failed_with_their_text(
    store: Store,
) -> None:
    conversation, _, answer, *_ = store.start_turn(None, "Tell me", ())
    store.save_text(answer.id, "Once upon")
    finished = talk(store, "Other", "done")
    assert store.close_open_answers() == 1
    closed = store.read_conversation(conversation).messages[-1]
    assert (closed.text, closed.finish_reason, closed.error) == (
        "Once upon",
        "failed",
        CORE_ENDED,
    )
    assert store.read_conversation(finished).messages[-1].finish_reason == "stop"
    assert store.close_open_answers() == 0
    assert [found.id for found in store.list_conversations("upon", 10)] == [conversation]


@pytest.mark.parametrize(
    ("text", "attachments", "title"),
    [
        ("What is\n\tit?", (), "What is it?"),
        ("", (DOG, CAT), "dog.png, cat.png"),
        ("a word " * 20, (), "a word a word a word a word a word a word a word a word a…"),
        ("x" * 70, (), "x" * 59 + "…"),
        ("y" * 60, (), "y" * 60),
    ],
)
def test_a_title_is_the_start_of_the_first_message(
    store: Store, text: str, attachments: tuple[Attachment, ...], title: str
) -> None:
    conversation, *_ = store.start_turn(None, text, attachments)
    assert store.read_conversation(conversation).summary.title == title


def test_a_title_can_be_given_and_taken_back(store: Store) -> None:
    conversation = talk(store, "What is it?", "A dog.")
    store.rename_conversation(conversation, " Our\ndog ")
    assert store.read_conversation(conversation).summary.title == "Our dog"
    assert [found.id for found in store.list_conversations("our", 10)] == [conversation]
    store.rename_conversation(conversation, "  ")
    assert store.read_conversation(conversation).summary.title == "What is it?"
    assert store.list_conversations("our", 10) == ()


def test_conversations_are_listed_newest_first(store: Store) -> None:
    first, second = talk(store, "one", "1"), talk(store, "two", "2")
    talk(store, "three", "3", first)
    assert [found.id for found in store.list_conversations("", 10)] == [first, second]
    assert [found.id for found in store.list_conversations("", 1)] == [first]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("lemon", True),
        ("LEMO", True),
        ("cafe sign", True),
        ("crate lemon", True),
        ("emon", False),
        ("market lemon", False),
        ('"', False),
        ("lemon OR", False),
        ("-", False),
        ("  ", True),
    ],
)
def test_a_search_finds_titles_and_messages_by_the_start_of_words(
    store: Store, query: str, is_found: bool
) -> None:
    conversation = talk(store, "Market stall", "The sign of the Café above the crate: lemons, 2.50")
    assert [found.id for found in store.list_conversations(query, 10)] == (
        [conversation] if is_found else []
    )


def test_deleting_forgets_words_and_the_pictures_that_no_other_conversation_has(
    store: Store,
) -> None:
    one, *_ = store.start_turn(None, "lemons", [DOG, CAT])
    two, *_ = store.start_turn(None, "apples", [CAT])
    assert store.delete_conversation(one) == [DOG.sha256]
    assert store.list_conversations("lemons", 10) == ()
    with pytest.raises(NotStored):
        store.read_conversation(one)
    with pytest.raises(NotStored):
        store.find_picture(DOG.sha256)
    assert store.read_conversation(two).messages[0].attachments == (CAT,)
    assert store.delete_conversation(two) == [CAT.sha256]


def test_an_answer_that_ends_after_its_conversation_was_deleted_leaves_nothing(
    store: Store,
) -> None:
    conversation, _, answer, *_ = store.start_turn(None, "lemons", ())
    store.delete_conversation(conversation)
    with pytest.raises(NotStored):
        store.end_answer(conversation, ended(answer, "apples"))
    assert store.list_conversations("apples", 10) == ()


def test_a_long_conversation_is_read_and_deleted_at_once(store: Store) -> None:
    conversation = talk(store, "start", "0")
    for number in range(1, 1200):
        conversation = talk(store, "on", str(number), conversation)
    messages = store.read_conversation(conversation).messages
    assert [message.text for message in messages[1::2]] == [str(it) for it in range(1200)]
    store.delete_conversation(conversation)
    assert store.list_conversations("", 10) == ()


def test_a_turn_with_a_picture_that_was_forgotten_is_not_stored(store: Store) -> None:
    store.delete_conversation(store.start_turn(None, "", [DOG])[0])
    with pytest.raises(NotStored, match="attach it again"):
        store.start_turn(None, "", [DOG])
    assert store.list_conversations("", 10) == ()


def test_pictures_that_were_never_sent_are_forgotten_when_they_are_old(store: Store) -> None:
    store.start_turn(None, "", [CAT])
    assert store.forget_unused_pictures(attached_before=0) == []
    assert store.forget_unused_pictures(attached_before=1e12) == [DOG.sha256]
    assert store.find_picture(CAT.sha256).name == "cat.png"


@pytest.mark.parametrize("call", ["read_conversation", "delete_conversation"])
def test_a_conversation_that_is_not_there_is_said_to_be_missing(store: Store, call: str) -> None:
    with pytest.raises(NotStored, match="no conversation 99"):
        getattr(store, call)(99)


def test_a_number_beyond_all_there_can_be_names_nothing(store: Store) -> None:
    with pytest.raises(NotStored, match="nothing of that number"):
        store.read_conversation(1 << 70)
    with pytest.raises(NotStored, match="nothing of that number"):
        store.delete_conversation(1 << 70)


def test_the_database_is_the_users_alone(store: Store, paths: Paths) -> None:
    talk(store, "What is it?", "A dog.")
    for path in (paths.database, Path(f"{paths.database}-wal")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.data_dir.stat().st_mode) == 0o700


def test_a_database_of_version_1_is_read(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    shutil.copy(VERSION_1, paths.database)
    store = Store(paths)
    (found,) = store.list_conversations("lemons", 10)
    question, answer = store.read_conversation(found.id).messages
    assert question.attachments[0].name == "stall.jpg"
    assert (answer.text, answer.model, answer.finish_reason) == ("2.50 a kilo.", "demo", "stop")
    assert answer.stats is not None
    assert answer.stats.reused_tokens == 984
    store.close()


def test_a_newer_database_is_left_alone(paths: Paths) -> None:
    Store(paths).close()
    database = sqlite3.connect(paths.database)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    with pytest.raises(StoreError, match="update seeshell"):
        Store(paths)


def test_a_migration_is_whole_or_not_at_all() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    first, broken = "CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"
    with pytest.raises(sqlite3.Error):
        migrate(database, (first + ";", broken + ";"))
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("a",)]
    migrate(database, (first + ";", "CREATE TABLE c (x);"))
    assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("a",), ("c",)]
    database.close()


def test_a_damaged_database_is_said_to_be_damaged(paths: Paths) -> None:
    paths.data_dir.mkdir(parents=True)
    paths.database.write_bytes(b"This is no database. " * 100)
    with pytest.raises(StoreError, match=r"conversations\.sqlite can't be used.*backup"):
        Store(paths)
    assert paths.database.read_bytes().startswith(b"This is no database.")


def test_a_database_damaged_in_the_middle_is_said_to_be_damaged(paths: Paths) -> None:
    store = Store(paths)
    for number in range(200):
        talk(store, f"question {number} " * 20, "answer " * 50)
    store.close()
    content = bytearray(paths.database.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    paths.database.write_bytes(content)
    store = Store(paths)
    with pytest.raises(StoreError, match="damaged"):
        store.list_conversations("", 10)
    store.close()


def test_a_full_disk_is_said_to_be_full_and_changes_nothing(store: Store, paths: Paths) -> None:
    conversation = talk(store, "before", "yes")
    # SQLite's own limit on the file's pages reports what a full disk does.
    store._database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="disk is full"):
        store.start_turn(conversation, "too much " * 5000, ())
    store._database.execute("PRAGMA max_page_count = 1000000")
    assert len(store.read_conversation(conversation).messages) == 2


def test_a_database_that_can_only_be_read_is_said_to_be_so(store: Store) -> None:
    store._database.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="only be read"):
        store.start_turn(None, "Tell me", ())
