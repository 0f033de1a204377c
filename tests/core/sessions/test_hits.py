"""Searches of clients: paged, filtered, and replaced by what is typed next."""

import asyncio
import threading

import pytest

from seeshell.core.errors import BadRequest, StoreError
from seeshell.core.kept import LibraryFilter
from seeshell.core.messages.events import TurnStarted
from seeshell.core.messages.library_events import HitsFound
from seeshell.core.messages.library_requests import FindHits
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store import search
from seeshell.core.store.hits import HitsPage, find_hits

from ...patience import PATIENCE
from ..talk import Listener, carry_out


async def test_hits_come_in_pages(sessions: Sessions, client: Listener, asked: TurnStarted) -> None:
    request = FindHits(filter=LibraryFilter("what"), limit=1)
    first: HitsFound = await carry_out(sessions, request, client)
    assert [(it.conversation, it.place) for it in first.hits] == [(asked.conversation, "title")]
    assert (first.total, first.is_counted, first.unindexed) == (2, True, 0)
    request = FindHits(filter=LibraryFilter("what"), limit=1, after=first.next)
    second: HitsFound = await carry_out(sessions, request, client)
    assert [it.message for it in second.hits] == [asked.user_message.id]
    assert second.next == ""
    request = FindHits(filter=LibraryFilter("what"), conversation=asked.conversation)
    within: HitsFound = await carry_out(sessions, request, client)
    assert [it.message for it in within.hits] == [asked.user_message.id]


@pytest.mark.parametrize("limit", [0, 1001, -1])
async def test_a_page_of_no_size_is_refused(
    sessions: Sessions, client: Listener, limit: int
) -> None:
    with pytest.raises(BadRequest, match="1 to 1000 hits"):
        await carry_out(sessions, FindHits(filter=LibraryFilter("what"), limit=limit), client)


async def test_what_a_client_types_next_takes_the_place_of_what_it_typed_before(
    sessions: Sessions, client: Listener, asked: TurnStarted, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_searching, may_end = threading.Event(), threading.Event()

    def hold(*wanted: object) -> HitsPage:
        """Is interrupted where it next reads from the database."""
        monkeypatch.undo()
        is_searching.set()
        assert may_end.wait(PATIENCE)
        # Long enough for SQLite to look whether it has been stopped.
        wanted[0].execute(  # type: ignore[attr-defined]
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
            "SELECT count(*) FROM n"
        ).fetchone()
        return find_hits(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(search, "find_hits", hold)
    other = Listener()
    find = FindHits(filter=LibraryFilter("what"))
    async with asyncio.timeout(PATIENCE):
        first = asyncio.create_task(carry_out(sessions, find, client))
        assert await asyncio.to_thread(is_searching.wait, PATIENCE)
        of_another, second, newest = (
            asyncio.create_task(carry_out(sessions, find, it)) for it in (other, client, client)
        )
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.wait([first, second, of_another, newest])
    for replaced in (first, second):
        with pytest.raises(StoreError, match="another one has taken its place"):
            replaced.result()
    assert newest.result().total == of_another.result().total == 2
