"""The places that a search finds, a page at a time, on a connection that reads.

What holds the words is ranked five hundred titles and as many messages at once, the newest first.
So a common word costs no more than a rare one, and the pages still reach all that it finds.
"""

import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from ..errors import BadRequest
from ..kept import Hit, LibraryFilter
from ..search_query import SearchQuery
from ..undecodable import UNDECODABLE
from .candidates import PLACES, Candidate, Candidates, placed, rank_candidate, read_folded
from .part_table import PartTable
from .snippets import make_snippet
from .word_index import searched_texts

_BRANCH: Final = """
WITH RECURSIVE branch (id, depth) AS (
    SELECT head_id, 0 FROM conversation WHERE id = :conversation
    UNION ALL
    SELECT message.parent_id, depth + 1 FROM branch JOIN message USING (id)
    WHERE message.parent_id IS NOT NULL
)
SELECT message.id, conversation_id, created_at FROM message LEFT JOIN branch USING (id)
WHERE conversation_id = :conversation AND NOT is_queued AND deleted_at IS NULL
ORDER BY depth IS NULL, depth DESC, message.id
"""
"""The messages of a conversation: those of the shown branch in their order, then the others."""


class HitsPage(NamedTuple):
    """Some of what a search found."""

    hits: tuple[Hit, ...] = ()
    next: str = ""
    """Names the page after this one; empty for none."""
    total: int = 0
    """Hits of all pages, as far as they were counted."""
    is_counted: bool = True


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page begins: within what is ranked at once, behind a hit, which may be gone."""

    titles_below: int
    """The titles that are ranked are those of conversations with lower ids; 0 for none."""
    messages_below: int
    before: Annotated[int, msgspec.Meta(ge=0)]
    """Hits that come before those that are ranked now."""
    order: tuple[float, ...] = ()
    """Of the hit before the page; empty for the first page of what is ranked at once."""


def find_hits(
    database: sqlite3.Connection, wanted: LibraryFilter, limit: int, after: str = ""
) -> HitsPage:
    """Returns a page of hits, the best first; without words there are none.

    Args:
        database: of a `Reader`.
        wanted: the filter, with words.
        limit: most hits of the page.
        after: what the page before gave as `next`; empty for the first.

    Raises:
        BadRequest: `after` is none that a page gave, or there is too much to search for.
    """
    query = SearchQuery(wanted.words)
    if not query.terms:
        return HitsPage()
    place = _read_place(database, after)
    candidates = Candidates(database, query, wanted)
    titles = candidates.rank_titles(place.titles_below)
    messages = candidates.rank_messages(place.messages_below)
    ranked = _order((*titles.ranked, *messages.ranked))
    rest = [(order, it) for order, it in ranked if order > place.order]
    page, total = rest[:limit], place.before + len(ranked)
    is_counted = not titles.below and not messages.below
    following = None
    if len(rest) > limit:
        following = replace(place, order=page[-1][0])
    elif not is_counted:
        following = _Place(titles.below, messages.below, total)
    return HitsPage(
        tuple(_show(database, query, [it for _, it in page])),
        _write_place(following),
        total,
        is_counted,
    )


def find_hits_in(
    database: sqlite3.Connection, conversation: int, words: str, limit: int, after: str = ""
) -> HitsPage:
    """Returns a page of the hits in a conversation, wherever it is kept.

    Those of the shown branch come first, in its order, then those of the others.

    Args:
        database: of a `Reader`.
        conversation: which; it may be gone.
        words: what is searched for.
        limit: most hits of the page.
        after: what the page before gave as `next`; empty for the first.

    Raises:
        BadRequest: as `find_hits`.
    """
    query = SearchQuery(words)
    if not query.terms:
        return HitsPage()
    skipped = _decode(after).before if after else 0
    rows = database.execute(_BRANCH, {"conversation": conversation}).fetchall()
    texts = read_folded(database, [row["id"] for row in rows])
    found = [row for row in rows if query.finds(*texts.get(row["id"], ()))]
    page = [
        rank_candidate(query, row, placed(texts[row["id"]]), row["created_at"])
        for row in found[skipped : skipped + limit]
    ]
    is_last = skipped + limit >= len(found)
    following = None if is_last else _Place(0, 0, skipped + limit)
    return HitsPage(tuple(_show(database, query, page)), _write_place(following), len(found))


def _show(
    database: sqlite3.Connection, query: SearchQuery, page: Sequence[Candidate]
) -> Iterator[Hit]:
    """Yields candidates as they are shown."""
    parts = PartTable(database).read_all([it.id for it in page if not it.is_title])
    titles = dict(
        database.execute(
            "SELECT id, title FROM conversation WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([it.conversation for it in page]),),
        ).fetchall()
    )
    for it in page:
        title = titles[it.conversation]
        if it.is_title:
            text = title
        else:
            text = searched_texts(parts.get(it.id, ()))[PLACES.index(it.place)]
        snippet = make_snippet(text, query)
        yield Hit(
            it.conversation,
            None if it.is_title else it.id,
            it.place,
            snippet.text,
            snippet.marks,
            title,
            it.created_at,
        )


def _order(candidates: Sequence[Candidate]) -> list[tuple[tuple[float, ...], Candidate]]:
    """Returns candidates with what they are sorted by: the best first, then the newest.

    Those of one conversation stand together, at the place of its best one.
    """
    best: dict[int, float] = {}
    for it in candidates:
        best[it.conversation] = max(it.score, best.get(it.conversation, -math.inf))
    return sorted(
        ((-best[it.conversation], -it.conversation, -it.score, 1 - it.is_title, -it.id), it)
        for it in candidates
    )


def _read_place(database: sqlite3.Connection, after: str) -> _Place:
    if after:
        return _decode(after)
    newest = "SELECT (SELECT max(id) FROM conversation), (SELECT max(id) FROM message)"
    conversation, message = database.execute(newest).fetchone()
    return _Place((conversation or 0) + 1, (message or 0) + 1, 0)


def _decode(after: str) -> _Place:
    try:
        return msgspec.json.decode(after, type=_Place)
    except UNDECODABLE as error:
        raise BadRequest("The search has no such page: ask for its first one.") from error


def _write_place(place: _Place | None) -> str:
    return "" if place is None else msgspec.json.encode(place).decode()
