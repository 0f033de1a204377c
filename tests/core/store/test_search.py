"""Searches find words, are bounded, and never delay the saving of an answer."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from seeshell.core.conversation import Attachment, StartedTurn, compose
from seeshell.core.errors import BadRequest, StoreError
from seeshell.core.store import reader, search
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ...patience import PATIENCE
from ..stored import ask, found, start, texts


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("lemon", True),
        ("LEMO", True),
        ("cafe sign", True),
        ("crate lemon", True),
        ("emon", True),
        ("market lemon", False),
        ('"', False),
        ("lemon OR", False),
        ("-", False),
        ("  ", True),
        ("lemon " * 100, True),
        (" " * 5000, True),
    ],
)
async def test_a_search_finds_titles_and_messages_by_parts_of_words(
    archive: Archive, query: str, is_found: bool
) -> None:
    turn = await ask(archive, "Market stall", "The sign of the Café above the crate: lemons, 2.50")
    assert await found(archive, query) == ([turn.conversation] if is_found else [])


async def test_words_of_questions_that_wait_are_found(archive: Archive) -> None:
    queued = await archive.turns.submit(None, NewQuestion("t", "lemons"))
    assert await found(archive, "lemon") == [queued.conversation]


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"word{number}" for number in range(300_000)),
        " ".join(f"w{number}" for number in range(33)),
        "word " * 300_000,
        "x" * 1_001,
        "x" * 5_000_000,
        "'\"" * 600_000,
    ],
    ids=["300,000 words", "33 words", "one word often", "one long word", "5 MB", "no words"],
)
async def test_too_much_to_search_for_is_one_sentence(archive: Archive, query: str) -> None:
    with pytest.raises(BadRequest, match="use at most 32 words and 1,000 characters"):
        await archive.list_conversations(query, 10)


async def test_the_longest_query_is_searched_for(archive: Archive) -> None:
    words = " ".join(f"word{number:03}" for number in range(32))
    turn = await ask(archive, "What is it?", words)
    assert await found(archive, words) == [turn.conversation]


async def test_a_search_that_takes_too_long_is_given_up_with_a_sentence(
    archive: Archive, first: StartedTurn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_MAX_SECONDS", 0.0)
    monkeypatch.setattr(reader, "_INSTRUCTIONS_BETWEEN_LOOKS", 1)
    with pytest.raises(StoreError, match="given up"):
        await archive.list_conversations("dog", 10)
    monkeypatch.undo()
    assert await found(archive, "dog") == [first.conversation]


async def test_answers_are_saved_while_a_search_runs(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await start(archive, "Tell me")
    has_begun, is_searching, may_end = (threading.Event() for _ in range(3))

    def look() -> float:
        """Holds the search where it looks at the clock for the second time: in SQLite."""
        if has_begun.is_set():
            is_searching.set()
            assert may_end.wait(PATIENCE)
        has_begun.set()
        return 0.0

    with monkeypatch.context() as patch:
        patch.setattr(reader, "_INSTRUCTIONS_BETWEEN_LOOKS", 1)
        patch.setattr(reader, "time", SimpleNamespace(monotonic=look))
        searching = asyncio.create_task(archive.list_conversations("tell", 10))
        assert await asyncio.to_thread(is_searching.wait, PATIENCE)
        await archive.turns.save_answer(turn.answer.id, compose("Once upon"))
        assert await texts(archive, turn.conversation) == ["Tell me", "Once upon"]
        assert not searching.done()
        may_end.set()
        assert [it.id for it in await searching] == [turn.conversation]


async def test_questions_of_all_conversations_are_found_newest_first_each_once(
    archive: Archive,
) -> None:
    for text in ("How many lemons?", "What colour?", " How many lemons?"):
        await ask(archive, text, "Three lemons.")
    assert await archive.find_questions("", 10) == ("How many lemons?", "What colour?")
    assert await archive.find_questions("lem man", 10) == ("How many lemons?",)
    assert await archive.find_questions("three", 10) == ()
    assert await archive.find_questions("'\"", 10) == ()
    assert await archive.find_questions("", 1) == ("How many lemons?",)


async def test_questions_of_a_deleted_conversation_are_not_found(archive: Archive) -> None:
    turn = await ask(archive, "How many lemons?", "Three.")
    await archive.delete_conversation(turn.conversation)
    assert await archive.find_questions("", 10) == ()


async def test_a_question_of_pictures_alone_is_not_listed(
    archive: Archive, cat: Attachment
) -> None:
    await archive.turns.submit(None, NewQuestion("t", "", (cat,)))
    assert await archive.find_questions("", 10) == ()


async def test_a_conversation_of_pictures_alone_is_named_and_found_by_their_names(
    archive: Archive, cat: Attachment, dog: Attachment
) -> None:
    queued = await archive.turns.submit(None, NewQuestion("t", "", (cat, dog)))
    (summary,) = await archive.list_conversations("", 10)
    assert summary.title == "cat.png, dog.png"
    assert await found(archive, "dog") == [queued.conversation]
