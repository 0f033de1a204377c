"""Pages of conversations: filters, orders, labels, and what their rows show."""

import sqlite3
from contextlib import closing

import pytest
from msgspec.structs import replace

from seeshell.core.conversation import Attachment, StartedTurn
from seeshell.core.errors import BadRequest, NotStored, StoreError
from seeshell.core.kept import EVERYTHING, Labels, LibraryFilter, LibraryOrder, LibraryRow
from seeshell.core.settings import Paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.library_page import Stretch

from ..stored import ask, change, edit, end, regenerate, start


async def rows(
    archive: Archive, wanted: LibraryFilter = EVERYTHING, order: LibraryOrder = "updated"
) -> tuple[LibraryRow, ...]:
    page = await archive.library.list_page(wanted, order, Stretch(100))
    assert (page.next, page.total) == ("", len(page.rows))
    return page.rows


async def titles(
    archive: Archive, wanted: LibraryFilter = EVERYTHING, order: LibraryOrder = "updated"
) -> list[str]:
    return [row.summary.title for row in await rows(archive, wanted, order)]


@pytest.fixture
async def three(archive: Archive, paths: Paths, dog: Attachment) -> list[int]:
    """Conversations named b, C and a, the newest last; C has a picture and two turns."""
    made = [
        (await ask(archive, "b", "1")).conversation,
        (await ask(archive, "C", "2", pictures=[dog])).conversation,
        (await ask(archive, "a", "3")).conversation,
    ]
    await ask(archive, "more", "4", made[1])
    for place, conversation in enumerate(made):
        moment = f"created_at = {100 - place}, updated_at = {1000 + place}"
        change(paths, f"UPDATE conversation SET {moment} WHERE id = {conversation}")
    return made


ORDERS: dict[LibraryOrder, str] = {
    "updated": "aCb",
    "created": "bCa",
    "title": "abC",
    "messages": "Cab",
}


@pytest.mark.usefixtures("three")
async def test_a_list_has_its_order_whatever_the_size_of_its_pages(archive: Archive) -> None:
    for order, expected in ORDERS.items():
        assert "".join(await titles(archive, order=order)) == expected
        after, found = "", ""
        for title in expected:
            page = await archive.library.list_page(EVERYTHING, order, Stretch(1, after))
            assert page.total == 3
            found += page.rows[0].summary.title
            after = page.next
            assert bool(after) == (title != expected[-1])
        assert found == expected


async def test_pinned_conversations_come_first_in_every_order_and_over_pages(
    archive: Archive, three: list[int]
) -> None:
    await archive.library.label(three[:1], Labels(is_pinned=True))
    orders: dict[LibraryOrder, str] = {"updated": "baC", "title": "baC", "messages": "bCa"}
    for order, expected in orders.items():
        assert "".join(await titles(archive, order=order)) == expected
        first = await archive.library.list_page(EVERYTHING, order, Stretch(1))
        rest = await archive.library.list_page(EVERYTHING, order, Stretch(9, first.next))
        assert [it.summary.title for it in rest.rows] == list(expected[1:])


async def test_a_page_goes_on_where_the_last_one_ended_although_that_is_gone(
    archive: Archive, three: list[int]
) -> None:
    first = await archive.library.list_page(EVERYTHING, "updated", Stretch(1))
    await archive.delete_conversation(three[2])
    await ask(archive, "new", "5")
    rest = await archive.library.list_page(EVERYTHING, "updated", Stretch(9, first.next))
    assert [it.summary.title for it in rest.rows] == ["C", "b"]


@pytest.mark.usefixtures("three")
async def test_what_is_no_page_is_refused(archive: Archive) -> None:
    for after in ("nonsense", "[1]", '{"id": 1}', "[0,[],1]"):
        with pytest.raises(BadRequest, match="first one"):
            await archive.library.list_page(EVERYTHING, "updated", Stretch(1, after))


async def test_a_row_shows_model_turns_and_first_picture_of_the_conversation(
    archive: Archive, dog: Attachment, cat: Attachment
) -> None:
    first = await ask(archive, "Which?", "A dog.", pictures=[dog])
    await ask(archive, "And now?", "A cat.", first.conversation, pictures=[cat])
    (row,) = await rows(archive)
    assert (row.model, row.turns, row.picture, row.deleted_at) == ("demo", 2, dog.key, 0.0)
    assert row.summary.message_count == 4
    turn = await start(archive, "Last?", first.conversation)
    answer = replace(turn.answer.with_text("!"), finish_reason="stop", model="other")
    await archive.turns.end_answer(turn.conversation, answer)
    await archive.switch_branch(
        first.conversation,
        (await edit(archive, first.conversation, first.question.id, "?")).answer.id,
    )
    (row,) = await rows(archive)
    assert (row.model, row.turns, row.summary.message_count) == ("other", 1, 8)


async def test_an_empty_store_has_an_empty_page(archive: Archive) -> None:
    page = await archive.library.list_page(EVERYTHING, "updated", Stretch(10))
    assert (page.rows, page.next, page.total) == ((), "", 0)
    assert await archive.library.list_tags() == ()


async def test_labels_are_given_and_taken_back(archive: Archive, three: list[int]) -> None:
    library = archive.library
    await library.label(three, Labels(add_tags=("trip", "2026")))
    await library.label(three[:1], Labels(("pets",), ("trip", "none"), is_archived=True))
    assert await library.list_tags() == (("2026", 3), ("trip", 2), ("pets", 1))
    (archived,) = await rows(archive, LibraryFilter(shelf="archived"))
    assert (archived.summary.tags, archived.summary.is_archived) == (("2026", "pets"), True)
    assert await titles(archive) == ["a", "C"]
    assert await titles(archive, LibraryFilter(tags=("trip", "2026"))) == ["a", "C"]
    assert await titles(archive, LibraryFilter(tags=("trip", "pets"))) == []
    await library.label(three[:1], Labels(is_archived=False))
    assert await titles(archive, LibraryFilter(tags=("pets",))) == ["b"]
    assert (await archive.read_conversation(three[0])).summary == (await rows(archive))[2].summary


async def test_labelling_is_all_or_nothing(archive: Archive, three: list[int]) -> None:
    with pytest.raises(NotStored):
        await archive.library.label([*three, 99], Labels(add_tags=("x",), is_pinned=True))
    assert await archive.library.list_tags() == ()
    assert await titles(archive, LibraryFilter(is_pinned=True)) == []


FILTERS = {
    "words of a message": (LibraryFilter(words="more"), "C"),
    "words of a title": (LibraryFilter(words="b"), "b"),
    "words that are nowhere": (LibraryFilter(words="nowhere"), ""),
    "no word": (LibraryFilter(words="?!"), ""),
    "part of a model's name": (LibraryFilter(model="EM"), "aCb"),
    "another model": (LibraryFilter(model="qwen"), ""),
    "changed since": (LibraryFilter(after=1001.0), "aC"),
    "changed before": (LibraryFilter(before=1001.0), "b"),
    "a picture": (LibraryFilter(has_picture=True), "C"),
    "a picture that is not there": (LibraryFilter(picture="0" * 64), ""),
    "one that nothing is like": (LibraryFilter(picture="0" * 64, is_similar=True), ""),
    "all that holds at once": (LibraryFilter(words="c", has_picture=True, after=1.0), "C"),
    "not all of it": (LibraryFilter(words="b", has_picture=True), ""),
}


@pytest.mark.usefixtures("three")
async def test_a_filter_lets_through_what_has_it(archive: Archive) -> None:
    found = {name: "".join(await titles(archive, it)) for name, (it, _) in FILTERS.items()}
    assert found == {name: expected for name, (_, expected) in FILTERS.items()}


def give_looks(paths: Paths, looks: dict[str, int]) -> None:
    with closing(sqlite3.connect(paths.database)) as database, database:
        database.executemany(
            "UPDATE picture SET look = ? WHERE key = ?",
            [(look, key) for key, look in looks.items()],
        )


async def test_conversations_are_found_by_a_picture_and_by_what_looks_like_it(
    archive: Archive, paths: Paths, dog: Attachment, cat: Attachment
) -> None:
    await ask(archive, "dog", "!", pictures=[dog])
    await ask(archive, "cat", "!", pictures=[cat])
    same = LibraryFilter(picture=dog.sha256)
    alike = replace(same, is_similar=True)
    assert await titles(archive, same) == await titles(archive, alike) == ["dog"]
    give_looks(paths, {dog.key: 2**63 - 1, cat.key: 2**53 - 1})
    assert await titles(archive, alike) == ["cat", "dog"]
    assert await titles(archive, same) == ["dog"]
    give_looks(paths, {cat.key: 2**52 - 1})
    assert await titles(archive, alike) == ["dog"]


async def test_an_archived_or_deleted_conversation_is_on_one_shelf_alone(
    archive: Archive, three: list[int]
) -> None:
    await archive.library.label(three[:2], Labels(is_archived=True))
    await archive.delete_conversation(three[1])
    await archive.delete_conversation(three[2])
    assert await titles(archive) == []
    assert await titles(archive, LibraryFilter(shelf="archived")) == ["b"]
    in_bin = await rows(archive, LibraryFilter(shelf="bin"))
    assert [row.summary.title for row in in_bin] == ["a", "C"]
    assert all(row.deleted_at for row in in_bin)
    await archive.restore_conversation(three[1])
    assert await titles(archive, LibraryFilter(shelf="archived")) == ["C", "b"]


async def test_rows_of_some_are_read_in_the_order_asked_for(
    archive: Archive, three: list[int]
) -> None:
    await archive.delete_conversation(three[0])
    found = await archive.library.read_rows([three[2], 99, three[0]])
    assert [row.summary.id for row in found] == [three[2], three[0]]
    assert [bool(row.deleted_at) for row in found] == [False, True]


async def test_the_bin_is_emptied_of_some_or_all(archive: Archive, three: list[int]) -> None:
    for conversation in three[:2]:
        await archive.delete_conversation(conversation)
    with pytest.raises(NotStored):
        await archive.library.empty_bin([three[0], three[2]])
    assert await archive.library.empty_bin([three[0]]) == [three[0]]
    with pytest.raises(NotStored):
        await archive.restore_conversation(three[0])
    assert await archive.library.empty_bin() == [three[1]]
    assert await titles(archive, LibraryFilter(shelf="bin")) == []
    assert await archive.list_conversation_ids() == three[2:]
    assert await archive.purge() == three[:2]
    assert await archive.purge() == []
    assert await archive.library.empty_bin() == []


async def test_a_tree_has_every_branch_with_what_the_store_calls_it(
    archive: Archive, first: StartedTurn, second: StartedTurn
) -> None:
    again = await end(archive, await regenerate(archive, first.conversation), "Four.")
    await archive.library.label([first.conversation], Labels(("x",), is_pinned=True))
    await start(archive, "Waits", first.conversation)
    tree = await archive.library.read_tree(first.conversation)
    kept = tree.conversation
    assert (kept.title, kept.tags, kept.is_pinned) == ("What is it?", ("x",), True)
    uuids = dict(zip(tree.ids, (it.uuid for it in kept.messages), strict=True))
    answers = [second.answer.id, again.answer.id]
    parents = {it.uuid: it.parent for it in kept.messages}
    assert {parents[uuids[it]] for it in answers} == {uuids[second.question.id]}
    opened = await archive.read_conversation(first.conversation)
    assert kept.head == opened.messages[-1].uuid
    with pytest.raises(NotStored):
        await archive.library.read_tree(99)


async def test_lists_are_read_while_the_store_can_not_be_written(
    archive: Archive, paths: Paths, three: list[int]
) -> None:
    with closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await titles(archive) == ["a", "C", "b"]
        assert len((await archive.library.read_tree(three[1])).ids) == 4


async def test_a_list_of_a_replaced_database_is_refused(archive: Archive, paths: Paths) -> None:
    paths.database.rename(paths.database.with_suffix(".moved"))
    with pytest.raises(StoreError, match="moved"):
        await archive.library.list_page(EVERYTHING, "updated", Stretch(1))
    paths.database.with_suffix(".moved").rename(paths.database)


async def test_the_views_show_other_programs_what_is_there_and_nothing_deleted(
    archive: Archive, paths: Paths, first: StartedTurn, second: StartedTurn
) -> None:
    gone = await ask(archive, "gone", "!", pictures=first.question.attachments)
    await archive.delete_conversation(gone.conversation)
    await archive.library.label([first.conversation], Labels(add_tags=("b", "a")))
    await archive.library.delete_branch(first.conversation, second.question.id)
    await start(archive, "open", first.conversation)
    with closing(sqlite3.connect(f"{paths.database.as_uri()}?mode=ro", uri=True)) as database:

        def read(query: str) -> list[tuple[object, ...]]:
            return database.execute(query).fetchall()

        assert read("SELECT title, messages, tags FROM conversations") == [
            ("What is it?", 4, "a, b")
        ]
        assert read("SELECT text, pictures, model FROM messages WHERE id < 5") == [
            ("What is it?", "dog.png", ""),
            ("A dog.", None, "demo"),
        ]
        assert read("SELECT question, answer, generated_tokens FROM answers LIMIT 1") == [
            ("What is it?", "A dog.", 3)
        ]
        assert read("SELECT name, messages FROM pictures") == [("dog.png", 1)]
        assert read("SELECT name, text FROM picture_uses") == [("dog.png", "What is it?")]
        (place,) = read("SELECT file FROM pictures")[0]
        assert (paths.data_dir / str(place)).is_file()
