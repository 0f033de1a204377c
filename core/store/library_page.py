"""Which conversations a filter lets through, a page at a time."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from ..errors import BadRequest
from ..kept import LibraryFilter, LibraryOrder, Shelf
from ..undecodable import UNDECODABLE
from .condition import Condition
from .found_words import words_condition
from .looks import find_alike, looks_of

_KEYS: Final[dict[LibraryOrder, str]] = {
    "updated": "updated_at",
    "created": "created_at",
    "title": "folded(title)",
    "messages": "(SELECT count(*) FROM message WHERE conversation_id = conversation.id "
    "AND NOT is_queued AND message.deleted_at IS NULL)",
}
"""What each order sorts by."""

_SHELVES: Final[dict[Shelf, str]] = {
    "current": "deleted_at IS NULL AND is_archived = 0",
    "archived": "deleted_at IS NULL AND is_archived = 1",
    # Not one whose purge has begun.
    "bin": "deleted_at > 0",
}

_TAGS: Final = (
    "(SELECT count(*) FROM tag WHERE conversation_id = conversation.id "
    "AND name IN (SELECT value FROM json_each(:tags))) = json_array_length(:tags)"
)
_MODELS: Final = (
    "id IN (SELECT conversation_id FROM message "
    "WHERE model IN (SELECT value FROM json_each(:models)) "
    "AND model != '' AND message.deleted_at IS NULL)"
)
_PICTURES: Final = (
    "id IN (SELECT conversation_id FROM part JOIN message ON message.id = message_id "
    "WHERE picture_key IS NOT NULL AND message.deleted_at IS NULL)"
)
_THESE_PICTURES: Final = (
    "id IN (SELECT conversation_id FROM part JOIN message ON message.id = message_id "
    "WHERE picture_key IN (SELECT value FROM json_each(:pictures)) "
    "AND message.deleted_at IS NULL)"
)


class LibraryPage(NamedTuple):
    """Conversations in their order, without what a list shows of them."""

    ids: tuple[int, ...]
    next: str
    """Names the page after this one; empty for none."""
    total: int
    """Conversations of all pages."""


class Stretch(NamedTuple):
    """Which of the conversations that a filter lets through are wanted."""

    limit: int
    """At most so many."""
    after: str = ""
    """What the page before gave as `next`; empty for the first."""
    skip: int = 0
    """Conversations to leave out from there."""


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page begins: behind this conversation, which may be gone."""

    is_pinned: int
    key: float | str
    id: int


def find_page(
    database: sqlite3.Connection,
    wanted: LibraryFilter,
    order: LibraryOrder,
    stretch: Stretch,
) -> LibraryPage:
    """Returns a page of the conversations that a filter lets through.

    Args:
        database: of a `Reader`.
        wanted: the filter.
        order: what the list is sorted by.
        stretch: which of them.

    Raises:
        BadRequest: its `after` is none that a page of this order gave.
        StoreError: there is too much to search for.
    """
    conditions = list(filter_conditions(database, wanted))
    values = {name: value for it in conditions for name, value in it.values.items()}
    found = " AND ".join(it.sql for it in conditions)
    limit, after, skip = stretch
    behind, place = _behind(order, after)
    direction = "ASC" if order == "title" else "DESC"
    statement = (
        f"WITH found AS MATERIALIZED (SELECT id FROM conversation WHERE {found}) "  # noqa: S608
        f"SELECT id, is_pinned, {_KEYS[order]} AS key, (SELECT count(*) FROM found) AS total "
        f"FROM conversation WHERE id IN found AND {behind} "
        f"ORDER BY is_pinned DESC, key {direction}, id {direction} LIMIT :limit OFFSET :skip"
    )
    rows = database.execute(
        statement, {**values, **place, "limit": limit + 1, "skip": skip}
    ).fetchall()
    page, more = rows[:limit], rows[limit:]
    last = _Place(page[-1]["is_pinned"], page[-1]["key"], page[-1]["id"]) if more else None
    return LibraryPage(
        tuple(row["id"] for row in page),
        "" if last is None else msgspec.json.encode(last).decode(),
        rows[0]["total"] if rows else _count(database, found, values),
    )


def _count(database: sqlite3.Connection, found: str, values: dict[str, object]) -> int:
    counted = database.execute(f"SELECT count(*) FROM conversation WHERE {found}", values)  # noqa: S608
    total: int = counted.fetchone()[0]
    return total


def _behind(order: LibraryOrder, after: str) -> tuple[str, dict[str, object]]:
    """Returns the condition that a conversation comes after a place, and the place."""
    if not after:
        return "true", {}
    try:
        place = msgspec.json.decode(after, type=_Place)
    except UNDECODABLE as error:
        raise BadRequest("The list has no such page: ask for its first one.") from error
    values: dict[str, object] = {"pinned": place.is_pinned, "key": place.key, "id": place.id}
    key = _KEYS[order]
    if order == "title":
        return f"(1 - is_pinned, {key}, id) > (1 - :pinned, :key, :id)", values
    return f"(is_pinned, {key}, id) < (:pinned, :key, :id)", values


def filter_conditions(database: sqlite3.Connection, wanted: LibraryFilter) -> Iterator[Condition]:
    """Yields the conditions that must all hold of a conversation; at least one."""
    yield Condition(_SHELVES[wanted.shelf])
    if wanted.is_pinned:
        yield Condition("is_pinned = 1")
    if wanted.after:
        yield Condition("updated_at >= :since", {"since": wanted.after})
    if wanted.before:
        yield Condition("updated_at < :until", {"until": wanted.before})
    if wanted.tags:
        yield Condition(_TAGS, {"tags": json.dumps(sorted(set(wanted.tags)))})
    if wanted.model:
        yield Condition(_MODELS, {"models": json.dumps(_find_models(database, wanted.model))})
    if wanted.picture:
        pictures = _find_pictures(database, wanted.picture, is_similar=wanted.is_similar)
        yield Condition(_THESE_PICTURES, {"pictures": json.dumps(pictures)})
    elif wanted.has_picture:
        yield Condition(_PICTURES)
    if wanted.words.strip():
        yield words_condition(wanted.words)


def _find_models(database: sqlite3.Connection, part: str) -> list[str]:
    """Returns the display names that hold a text, in any case."""
    rows = database.execute(
        "SELECT DISTINCT model FROM message WHERE model != '' AND deleted_at IS NULL"
    )
    return [row["model"] for row in rows if part.casefold() in row["model"].casefold()]


def _find_pictures(database: sqlite3.Connection, picture: str, *, is_similar: bool) -> list[str]:
    """Returns the keys of the pictures that are meant by a key or a file's sha256."""
    rows = database.execute(
        "SELECT key FROM picture WHERE key = :it OR sha256 = :it", {"it": picture}
    )
    found = {row["key"] for row in rows}
    if is_similar:
        found.update(find_alike(database, looks_of(database, picture)))
    return sorted(found)
