"""Hits are places with a snippet, the best first, all of them page by page."""

import random
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

from seeshell.core.conversation import Attachment, compose
from seeshell.core.errors import BadRequest, StoreError
from seeshell.core.folding import fold
from seeshell.core.kept import Hit, LibraryFilter, Span
from seeshell.core.search_query import SearchQuery
from seeshell.core.settings import Paths
from seeshell.core.store import candidates
from seeshell.core.store.archive import Archive
from seeshell.core.store.search import WantedHits
from seeshell.core.store.stored_turns import NewQuestion

from ..stored import ask, change, edit, end, ended, regenerate, start


async def find(archive: Archive, words: str, **wanted: object) -> tuple[Hit, ...]:
    """Returns the first page."""
    wanted_filter = LibraryFilter(words, **wanted)  # type: ignore[arg-type]
    return (await archive.search.find_hits(WantedHits(wanted_filter))).page.hits


async def find_in(archive: Archive, conversation: int, words: str) -> list[int | None]:
    """Returns the messages of a conversation's hits."""
    wanted = WantedHits(LibraryFilter(words), conversation=conversation)
    return [it.message for it in (await archive.search.find_hits(wanted)).page.hits]


async def walk(archive: Archive, words: str, limit: int) -> list[Hit]:
    """Returns the hits of all pages."""
    found: list[Hit] = []
    after = ""
    while True:
        wanted = WantedHits(LibraryFilter(words), limit, after)
        page = (await archive.search.find_hits(wanted)).page
        assert len(page.hits) <= limit
        found += page.hits
        after = page.next
        if not after:
            assert page.total == len(found)
            assert page.is_counted
            return found


def marked(hit: Hit) -> list[str]:
    return [hit.snippet[it.start : it.end] for it in hit.marks]


async def test_a_hit_is_a_place_with_its_line_and_marks(archive: Archive, dog: Attachment) -> None:
    turn = await start(archive, "Which Animal is it?", pictures=[dog])
    parts = compose("A dog,\nthe **red** one.", thoughts="It barks: an animal.")
    answer = ended(turn.answer, "")
    answer = type(answer)(
        **{it: getattr(answer, it) for it in answer.__struct_fields__} | {"parts": parts}
    )
    await archive.turns.end_answer(turn.conversation, answer)
    title, question, thoughts = await find(archive, "animal")
    assert (title.message, title.place, title.snippet) == (None, "title", "Which Animal is it?")
    assert (question.message, question.place) == (turn.question.id, "text")
    assert (question.snippet, question.marks) == ("Which Animal is it?", (Span(6, 12),))
    assert (thoughts.message, thoughts.place) == (turn.answer.id, "thoughts")
    assert (thoughts.snippet, marked(thoughts)) == ("It barks: an animal.", ["animal"])
    assert {title.title, question.title, thoughts.title} == {"Which Animal is it?"}
    assert question.created_at == turn.question.created_at

    (red,) = await find(archive, '"the red one"')
    assert (red.place, red.snippet) == ("text", "A dog, the **red** one.")
    assert marked(red) == ["the **red** one"]
    (picture,) = await find(archive, "dog.pn")
    assert (picture.message, picture.place, picture.snippet) == (
        turn.question.id,
        "picture",
        "dog.png",
    )


LONG = "The first sentence says nothing. " * 20


@pytest.mark.parametrize(
    ("text", "words", "snippet"),
    [
        (f"{LONG}At last: a lemon, ripe.", "lemon", "…says nothing. At last: a lemon, ripe."),
        (f"A lemon. {LONG}", "lemon", None),
        (f"{LONG}lemon{LONG}lemon and lime{LONG}", "lime lemon", None),
        ("a\x1b[31mlemon\x07", "lemon", "a [31mlemon "),
    ],
    ids=["at the end", "at the start", "both words", "controls"],
)
async def test_a_snippet_is_one_line_around_the_words(
    archive: Archive, text: str, words: str, snippet: str | None
) -> None:
    turn = await ask(archive, "What?", text)
    (hit,) = await find(archive, words)
    assert hit.message == turn.answer.id
    assert len(hit.snippet) <= 162
    assert hit.snippet.isprintable()
    assert {it.casefold() for it in marked(hit)} == set(words.split())
    assert snippet in (None, hit.snippet)


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("東", True),
        ("京都", True),
        ("東京都の", True),
        ("都京", False),
        ("ガラス", True),
        ("가", True),
        ("한국", True),
        ("국어", False),
        ("사람 東京", True),
        ("สี", True),
        ("ca", True),
        ("af", False),
        ("afé", True),
        ("i", False),
        ("c#", True),
        ("c", True),
        ("🍋", True),
        ('"', False),
    ],
)
async def test_one_character_is_enough_where_words_have_no_spaces(
    archive: Archive, words: str, is_found: bool
) -> None:
    text = "東京都のガラス、한국 사람. 가방 กข สีแดง Café C# 🍋"
    await ask(archive, "What?", text)
    assert bool(await find(archive, words)) == is_found


async def test_the_best_comes_first_and_a_conversation_stands_together(archive: Archive) -> None:
    part = await ask(archive, "One?", "There are lemonades, many of them, in the shop next to it.")
    whole = await ask(archive, "Two?", "A lemon.")
    titled = await ask(archive, "Lemon tree", "Yellow. " * 50)
    again = await ask(archive, "And?", "lemonade " + "x" * 2000, whole.conversation)
    assert [(it.conversation, it.message) for it in await find(archive, "lemon")] == [
        (titled.conversation, None),
        (titled.conversation, titled.question.id),
        (whole.conversation, whole.answer.id),
        (whole.conversation, again.answer.id),
        (part.conversation, part.answer.id),
    ]


async def test_the_newer_of_two_like_ones_comes_first(archive: Archive, paths: Paths) -> None:
    old = await ask(archive, "Old?", "A lemon.")
    new = await ask(archive, "New?", "A lemon.")
    change(paths, f"UPDATE message SET created_at = created_at - 9e7 WHERE id = {new.answer.id}")
    found = [it.message for it in await find(archive, "lemon")]
    assert found == [old.answer.id, new.answer.id]


async def test_pages_walk_all_hits_once_whatever_is_ranked_at_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [await ask(archive, f"Lemon {number}?", "lemon " * number) for number in range(1, 8)]
    expected = {(it.conversation, it.answer.id) for it in asked}
    expected |= {(it.conversation, it.question.id) for it in asked}
    expected |= {(it.conversation, None) for it in asked}
    first = await archive.search.find_hits(WantedHits(LibraryFilter("lemon"), 3))
    assert (first.page.total, first.page.is_counted) == (21, True)
    for limit, at_once in ((100, 1000), (3, 1000), (100, 5), (2, 5), (1, 1)):
        monkeypatch.setattr(candidates, "RANKED_AT_ONCE", at_once)
        found = await walk(archive, "lemon", limit)
        assert len(found) == len(expected)
        assert {(it.conversation, it.message) for it in found} == expected
    first = await archive.search.find_hits(WantedHits(LibraryFilter("lemon"), 3))
    assert not first.page.is_counted


async def test_what_comes_or_goes_between_two_pages_hides_no_other_hit(archive: Archive) -> None:
    asked = [await ask(archive, f"{number}?", "A lemon.") for number in range(4)]
    first = (await archive.search.find_hits(WantedHits(LibraryFilter("lemon"), 2))).page
    assert [it.message for it in first.hits] == [asked[3].answer.id, asked[2].answer.id]
    await archive.delete_conversation(asked[2].conversation)
    await ask(archive, "New?", "A lemon.")
    wanted = WantedHits(LibraryFilter("lemon"), 2, first.next)
    second = (await archive.search.find_hits(wanted)).page
    assert [it.message for it in second.hits] == [asked[1].answer.id, asked[0].answer.id]


@pytest.mark.parametrize("after", ["x", "{}", "[]", '["a"]', "[1, 2, 3, 4]"])
async def test_what_is_no_page_is_refused(archive: Archive, after: str) -> None:
    await ask(archive, "What?", "A lemon.")
    for conversation in (None, 1):
        with pytest.raises(BadRequest, match="ask for its first one"):
            await archive.search.find_hits(
                WantedHits(LibraryFilter("lemon"), 2, after, conversation)
            )


async def test_what_is_hidden_is_no_hit(archive: Archive) -> None:
    deleted = await ask(archive, "Deleted?", "lemon")
    await archive.delete_conversation(deleted.conversation)
    await archive.turns.submit(None, NewQuestion("t", "Waits, lemon"))
    opened = await start(archive, "Open?")
    await archive.turns.save_answer(opened.answer.id, compose("lemon"))
    branch = await ask(archive, "Branch?", "lemon")
    other = await end(archive, await regenerate(archive, branch.conversation), "lime")
    await archive.library.delete_branch(branch.conversation, branch.answer.id)
    assert [(it.place, it.title) for it in await find(archive, "lemon")] == [
        ("title", "Waits, lemon")
    ]
    assert [it.conversation for it in await find(archive, "lemon", shelf="bin")] == [
        deleted.conversation
    ]
    await archive.library.restore_branch(branch.conversation, branch.answer.id)
    await end(archive, opened, "lemon")
    found = {it.message for it in await find(archive, "lemon") if it.message}
    assert found == {branch.answer.id, opened.answer.id}
    assert other.answer.id not in found


async def test_filters_hold_for_hits(archive: Archive, dog: Attachment) -> None:
    plain = await ask(archive, "One?", "lemon")
    pictured = await ask(archive, "Two?", "lemon", pictures=[dog])
    assert len(await find(archive, "lemon")) == 2
    (hit,) = await find(archive, "lemon", has_picture=True)
    assert hit.message == pictured.answer.id
    (hit,) = await find(archive, "lemon", picture=dog.key)
    assert hit.message == pictured.answer.id
    assert await find(archive, "lemon", tags=("none",)) == ()
    assert await find(archive, "lemon", before=1.0) == ()
    assert plain.answer.id in {it.message for it in await find(archive, "lemon", after=1.0)}


async def test_hits_in_a_conversation_come_in_the_order_of_the_shown_branch(
    archive: Archive,
) -> None:
    first = await ask(archive, "Lemon?", "A lemon.")
    hidden = await ask(archive, "And this lemon?", "lemon", first.conversation)
    shown = await end(
        archive,
        await edit(archive, first.conversation, hidden.question.id, "A lemon?"),
        "No lime.",
    )
    await ask(archive, "Lemon elsewhere", "lemon")
    expected = [
        first.question.id,
        first.answer.id,
        shown.question.id,
        hidden.question.id,
        hidden.answer.id,
    ]
    assert await find_in(archive, first.conversation, "lemon") == expected
    found = []
    after = ""
    for _ in range(3):
        wanted = WantedHits(LibraryFilter("lemon"), 2, after, first.conversation)
        page = (await archive.search.find_hits(wanted)).page
        found += [it.message for it in page.hits]
        after = page.next
        assert page.total == 5
    assert (found, after) == (expected, "")
    assert await find_in(archive, 99, "lemon") == []
    assert await find_in(archive, first.conversation, '"') == []


async def test_a_search_that_nobody_waits_for_is_not_begun(archive: Archive) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoreError, match="another one has taken its place"):
        await archive.search.find_hits(WantedHits(LibraryFilter("lemon")), stop)


LETTERS = "aAäb c.*`\n東京国가나ｶﾞé\u0301ßx#"


async def test_the_index_finds_what_a_look_through_all_texts_finds(archive: Archive) -> None:
    chance = random.Random(11)

    def write(lengths: range) -> str:
        return "".join(chance.choices(LETTERS, k=chance.choice(lengths)))

    answers = {}
    for _ in range(60):
        text = write(range(1, 30))
        answers[(await ask(archive, "?", text)).answer.id] = fold(text)
    for _ in range(200):
        query = SearchQuery(words := write(range(1, 6)))
        found = {it.message for it in await walk(archive, words, 50) if it.message}
        expected = {it for it, text in answers.items() if query.terms and query.finds(text)}
        assert found - expected == set()
        assert expected - found == set(), (words, query.terms)


async def test_nothing_of_a_purged_conversation_is_left_in_the_index(
    archive: Archive, paths: Paths
) -> None:
    turn = await ask(archive, "Zitrone 東京", "lemon 東京")
    await archive.delete_conversation(turn.conversation)
    await archive.library.empty_bin()
    await archive.purge()
    with closing(sqlite3.connect(paths.database)) as database:
        for table in ("title_words", "message_words", "title_starts", "message_starts"):
            terms = _terms(database, table)
            assert terms == []


def _terms(database: sqlite3.Connection, table: str) -> Sequence[str]:
    database.execute(f"CREATE VIRTUAL TABLE temp.{table}_terms USING fts5vocab(main, {table}, row)")
    return [row[0] for row in database.execute(f"SELECT term FROM {table}_terms")]
