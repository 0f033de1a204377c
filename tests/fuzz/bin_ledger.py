"""What must be in a store after orders of `bin_player`, and what is there."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field

from seeshell.core.settings import Paths

from .bin_player import Order
from .ledger import Lost, check_pictures

_PICTURES = "SELECT sha256 FROM part JOIN picture ON key = picture_key"


@dataclass
class Kept:
    """A conversation with all its messages."""

    title: str
    messages: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    """Of each its parent and all else that it is, as one text; deleted ones too."""
    branches: dict[float, set[int]] = field(default_factory=dict)
    """Deleted messages, those together that were deleted together, by any number."""
    tags: set[str] = field(default_factory=set)
    is_pinned: bool = False
    is_deleted: bool = False

    @property
    def shown(self) -> set[int]:
        """The messages that are not deleted."""
        return set(self.messages).difference(*self.branches.values())

    def same_as(self, other: "Kept | None") -> bool:
        """Whether both hold the same."""
        return other is not None and not self.tell_apart(other)

    def tell_apart(self, other: "Kept | None") -> str:
        """Returns in what the other one differs; empty if in nothing."""
        if other is None:
            return "it is gone"
        pairs = zip(self._all().items(), other._all().values(), strict=True)
        return "; ".join(f"{name}: {own} became {its}" for (name, own), its in pairs if own != its)

    def below(self, message: int, among: Collection[int]) -> set[int]:
        """Returns a message with all of these that are below it."""
        found = {message}
        for it in sorted(among):
            if self.messages[it][0] in found:
                found.add(it)
        return found & {message, *among}

    def _all(self) -> dict[str, object]:
        branches = sorted(map(sorted, self.branches.values()))
        return {**vars(self), "branches": branches}


Stored = dict[int, Kept]
"""What a store holds, by conversation; without what its purge has begun with."""


def read(paths: Paths) -> Stored:
    """Returns what is there.

    Raises:
        Lost: the database is damaged, or a part of something is left alone.
    """
    stored: Stored = {}
    with closing(sqlite3.connect(paths.database)) as database:
        _check_whole(database)
        for number, title, pinned, deleted_at in database.execute(
            "SELECT id, title, is_pinned, deleted_at FROM conversation WHERE deleted_at IS NOT 0"
        ):
            stored[number] = Kept(title, is_pinned=bool(pinned), is_deleted=bool(deleted_at))
        for number, tag in database.execute("SELECT * FROM tag"):
            if number in stored:
                stored[number].tags.add(tag)
        for number, message, parent, content, deleted_at in _read_messages(database):
            if number in stored:
                _add(stored[number], message, parent, content, deleted_at)
    return stored


def after(order: Order, before: Stored) -> Stored:
    """Returns what the store holds once an order has been carried out."""
    stored = deepcopy(before)
    if order.what == "purge":
        return {number: _without_branches(it) for number, it in stored.items() if not it.is_deleted}
    for number in order.conversations:
        kept = stored[number]
        match order.what:
            case "empty":
                del stored[number]
            case "label":
                kept.tags.add(order.tag)
                kept.is_pinned = True
            case "delete branch":
                kept.branches[-order.message] = kept.below(order.message, kept.shown)
            case "restore branch":
                left = kept.branches.items()
                kept.branches = {key: it for key, it in left if order.message not in it}
            case "delete" | "restore":
                kept.is_deleted = order.what == "delete"
    return stored


def check(found: Stored, expected: Stored, order: Order | None) -> None:
    """Compares what is there after a kill with what was before the order that it fell into.

    Raises:
        Lost: a conversation is neither as it was nor as the order would have left it; or an order
            that is one change was carried out in part.
    """
    done = expected if order is None else after(order, expected)
    if unknown := set(found).difference(expected):
        raise Lost(f"conversations {unknown} are there again")
    fits_before = {it for it in expected if expected[it].same_as(found.get(it))}
    fits_after = {
        it
        for it in expected
        if (done[it].same_as(found.get(it)) if it in done else it not in found)
    }
    if wrong := set(expected) - fits_before - fits_after:
        told = {it: expected[it].tell_apart(found.get(it)) for it in wrong}
        raise Lost(f"conversations are half there after {order}: {told}")
    everything = set(expected)
    is_one_change = order is None or order.what != "purge"
    if is_one_change and everything not in (fits_before, fits_after):
        raise Lost(f"a part of {order} was carried out")


def pictures(paths: Paths) -> set[str]:
    """Returns the sha256 of the files that messages need."""
    with closing(sqlite3.connect(paths.database)) as database:
        return {row[0] for row in database.execute(_PICTURES)}


def check_nothing_left(paths: Paths, found: Stored) -> None:
    """Makes sure that of what was removed no row is left, and that no needed picture is missing.

    Raises:
        Lost: one is.
    """
    with closing(sqlite3.connect(paths.database)) as database:
        left = database.execute(
            "SELECT (SELECT count(*) FROM conversation), (SELECT count(*) FROM message)"
        ).fetchone()
    if left != (len(found), sum(len(it.messages) for it in found.values())):
        raise Lost("something is neither there nor gone after the next start")
    check_pictures(paths, pictures(paths))


def _check_whole(database: sqlite3.Connection) -> None:
    damage = database.execute("PRAGMA integrity_check").fetchall()
    if damage != [("ok",)] or database.execute("PRAGMA foreign_key_check").fetchall():
        raise Lost(f"the database is damaged: {damage}")
    headless = database.execute(
        "SELECT id FROM conversation WHERE deleted_at IS NOT 0 AND (head_id IS NULL "
        "OR head_id IN (SELECT id FROM message WHERE deleted_at IS NOT NULL))"
    ).fetchall()
    if headless:
        raise Lost(f"conversations {headless} show nothing, or what is deleted")
    unfindable = database.execute(
        "SELECT count(*) FROM message JOIN conversation ON conversation.id = conversation_id "
        "WHERE conversation.deleted_at IS NOT 0 AND message.deleted_at IS NOT 0 "
        "AND message.id NOT IN (SELECT rowid FROM message_words)"
    ).fetchone()[0]
    if unfindable:
        raise Lost(f"{unfindable} messages can't be searched")
    for words, table in (("message_words", "message"), ("title_words", "conversation")):
        left = database.execute(
            f"SELECT count(*) FROM {words} WHERE rowid NOT IN (SELECT id FROM {table})"
        ).fetchone()[0]
        if left:
            raise Lost(f"{left} rows of {words} belong to nothing")


def _read_messages(
    database: sqlite3.Connection,
) -> Iterator[tuple[int, int, int | None, str, float | None]]:
    parts: dict[int, list[object]] = {}
    for message, *part in database.execute("SELECT * FROM part ORDER BY message_id, position"):
        parts.setdefault(message, []).append(part)
    for row in database.execute(
        "SELECT conversation_id, id, parent_id, deleted_at, uuid, role, stats, model, turn "
        "FROM message WHERE deleted_at IS NOT 0 ORDER BY id"
    ):
        number, message, parent, deleted_at, *rest = row
        yield number, message, parent, json.dumps([rest, parts.get(message)]), deleted_at


def _add(
    kept: Kept, message: int, parent: int | None, content: str, deleted_at: float | None
) -> None:
    kept.messages[message] = parent, content
    if deleted_at is not None:
        kept.branches.setdefault(deleted_at, set()).add(message)


def _without_branches(kept: Kept) -> Kept:
    gone = set[int]().union(*kept.branches.values())
    kept.messages = {it: told for it, told in kept.messages.items() if it not in gone}
    kept.branches = {}
    return kept
