"""What a list asks the core for, and what it makes of changes."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from seeshell.core.conversation import ConversationSummary
from seeshell.core.kept import Hit, LibraryRow
from seeshell.core.messages.library_events import HitsFound, LibraryChanged, LibraryListed
from seeshell.core.messages.library_requests import FindHits, ListLibrary
from seeshell.tui.session.library_view import LibraryView
from seeshell.tui.session.listed_conversations import ListedStates

COUNT = 1000
ROWS = [
    LibraryRow(ConversationSummary(it, f"title {it}", 0.0, float(it), 2))
    for it in range(COUNT, 0, -1)
]


class Link:
    """A way to a core that has a thousand conversations, and of hits two pages."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.may_reply = asyncio.Event()
        self.may_reply.set()

    async def ask(self, request: Any) -> Any:
        self.asked.append(request)
        await self.may_reply.wait()
        if isinstance(request, FindHits):
            hits = [Hit(it, it, "text", "words", (), f"title {it}") for it in (1, 2)]
            return HitsFound(hits=tuple(hits), next="" if request.after else "more", total=4)
        assert isinstance(request, ListLibrary)
        rows = ROWS[request.skip : request.skip + request.limit]
        return LibraryListed(rows=tuple(rows), total=COUNT)


def view_of(link: Link, deleted: tuple[int, ...] = (), *, finds_hits: bool = False) -> LibraryView:
    states = ListedStates(deleted=deleted)
    return LibraryView(link, lambda: states, lambda: None, finds_hits=finds_hits)  # type: ignore[arg-type]


async def listed(link: Link, *deleted: int) -> LibraryView:
    view = view_of(link, deleted)
    await view.search("")
    return view


def changed(number: int, **facts: Any) -> LibraryChanged:
    row = ROWS[COUNT - number]
    labels = {name: facts.pop(name) for name in tuple(facts) if name != "deleted_at"}
    return LibraryChanged(rows=(replace(row, summary=replace(row.summary, **labels), **facts),))


async def test_of_what_is_typed_while_the_core_searches_only_the_newest_is_asked() -> None:
    link = Link()
    view = view_of(link)
    link.may_reply.clear()
    typing = [asyncio.create_task(view.search("lemons"[:end])) for end in range(1, 7)]
    await asyncio.sleep(0)
    link.may_reply.set()
    await asyncio.gather(*typing)
    assert [it.filter.words for it in link.asked] == ["l", "lemons"]


async def test_a_list_that_is_scrolled_far_asks_for_what_is_in_view_alone() -> None:
    link = Link()
    view = await listed(link)
    view.look_at(900, 920)
    assert view.has_gap
    assert view.row(900) is None
    await view.fill()
    assert [(it.skip, it.limit) for it in link.asked] == [(0, 100), (870, 100)]
    row = view.row(900)
    assert row is not None
    assert row.summary.id == COUNT - 900
    assert not view.has_gap


async def test_hits_come_by_pages_as_they_come_into_view() -> None:
    link = Link()
    view = view_of(link, finds_hits=True)
    await view.search("words")
    assert len(view) == 2
    view.look_at(0, 20)
    await view.fill()
    assert len(view) == 4
    assert not view.has_gap
    assert [it.after for it in link.asked] == ["", "more"]


async def test_what_cannot_be_understood_leaves_the_list_as_it_is() -> None:
    link = Link()
    view = await listed(link)
    await view.search("before:may")
    assert "takes a day" in view.problem
    assert len(view) == COUNT
    await view.search("before:2026")
    assert view.problem == ""


async def test_a_file_is_searched_for_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    link = Link()
    view = view_of(link)
    (tmp_path / "a.png").write_bytes(b"picture")
    await view.search(f"picture:{tmp_path}/a.png")
    assert link.asked[-1].filter.picture == hashlib.sha256(b"picture").hexdigest()
    await view.search(f"picture:{tmp_path}/none.png")
    assert view.problem.endswith("none.png can't be read: No such file or directory.")


async def test_of_deleted_conversations_those_of_this_window_keep_their_place() -> None:
    view = await listed(Link(), 997)
    view.note(changed(997, deleted_at=1.0))
    view.note(changed(998, deleted_at=1.0))
    shown = [(it.summary.id, it.state) for it in view.listed[:4]]
    assert shown == [(1000, ""), (999, ""), (997, "deleted"), (996, "")]
    assert len(view) == COUNT - 1


async def test_what_is_labelled_otherwise_leaves_a_list_that_does_not_let_it_through() -> None:
    link = Link()
    view = await listed(link)
    view.note(changed(999, is_archived=True))
    view.note(changed(990, is_pinned=True))
    await view.catch_up()
    assert [it.summary.id for it in view.listed[:3]] == [990, 1000, 998]
    assert len(link.asked) == 1


async def test_a_change_far_away_has_what_is_in_view_asked_for_again() -> None:
    link = Link()
    view = await listed(link)
    view.note(changed(5, updated_at=2000.0))
    await view.catch_up()
    assert [(it.skip, it.limit) for it in link.asked] == [(0, 100), (0, 100)]


async def test_hits_that_are_right_again_come_back() -> None:
    """As where another window deletes a conversation and undoes that, or gives it a title."""
    link = Link()
    view = view_of(link, finds_hits=True)
    await view.search("words")
    query = view.query
    view.note(changed(2))
    view.note(changed(2, deleted_at=1.0))
    await view.catch_up()
    assert (len(view), len(link.asked)) == (1, 1)
    view.note(changed(2))
    await view.catch_up()
    assert (len(view), len(link.asked)) == (2, 2)
    view.note(changed(2, title="other words"))
    await view.catch_up()
    assert [it.filter.words for it in link.asked] == ["words"] * 3
    # Of another query the cursor would go to the start.
    assert view.query is query


async def test_hits_are_asked_for_again_as_far_as_they_had_come() -> None:
    link = Link()
    view = view_of(link, finds_hits=True)
    await view.search("words")
    view.look_at(0, 20)
    await view.fill()
    await view.ask_again()
    assert len(view) == 4
    assert [it.after for it in link.asked] == ["", "more", "", "more"]
