"""What is typed to search the library: words, and a short notation for what else must hold. Pure.

    lemons "a kilo"             words, in any order; within quotes as they stand
    tag:holiday                 has the tag; of several, all of them
    model:qwen                  part of the name of a model that answered
    has:picture is:pinned       as it says
    is:archived is:bin          what is archived, what is deleted: else neither is shown
    on:2026-05 before:2026-05-03 after:7d
                                when it changed last: a year, month or day, `today`, days ago
    picture:photo.jpg           this file is in it; like:photo.jpg also what looks like it
    sort:title                  sorted by that, and not by change

Values with blanks stand in quotes: `tag:"two words"`.
"""

import re
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from ...core.kept import EVERYTHING, LibraryFilter, LibraryOrder, Shelf
from .named_days import times_of

SHELVES: Final[tuple[Shelf, ...]] = get_args(Shelf)
ORDERS: Final[tuple[LibraryOrder, ...]] = get_args(LibraryOrder)

_TOKEN: Final = re.compile(r'(?:(?P<key>[A-Za-z]+):)(?P<value>"[^"]*"?|\S*)|"[^"]*"?|\S+')
_KEYS: Final = frozenset(
    {"tag", "model", "has", "is", "on", "before", "after", "picture", "like", "sort"}
)
_SHELF_OF: Final[Mapping[str, Shelf]] = MappingProxyType(
    {"archived": "archived", "bin": "bin", "deleted": "bin"}
)
_KEY_OF_PICTURE: Final = re.compile(r"[0-9a-f]{64}(?:[#@].*)?")


class QueryProblem(Exception):
    """What is typed can't be searched for; the text says what to type instead."""


class LibraryQuery(Struct, frozen=True):
    """What a list of conversations is asked for."""

    text: str = ""
    """As it was typed."""
    filter: LibraryFilter = EVERYTHING
    order: LibraryOrder = "updated"
    named: tuple[str, ...] = ()
    """What of the notation hides conversations, as it was typed."""
    file: str = ""
    """Path of a file that is searched for by its bytes, which are to be hashed; empty for none."""

    @property
    def is_plain(self) -> bool:
        """Whether it lets all through that is neither archived nor deleted."""
        return self.filter == EVERYTHING and not self.file


class _Token(Struct, frozen=True):
    """A word, or a piece of the notation."""

    text: str
    key: str
    """Empty for a word."""
    value: str


def parse_query(
    text: str,
    pictures: Mapping[str, str] = MappingProxyType({}),
    now: float | None = None,
) -> LibraryQuery:
    """Returns what a line asks for; a piece that is not typed to its end asks for nothing.

    Args:
        text: the line.
        pictures: keys of pictures by the names that they have in the notation, as `@photo.jpg`.
        now: seconds since the epoch; None for now.

    Raises:
        QueryProblem: a piece of the notation can't be understood.
    """
    now = time.time() if now is None else now
    query, words, named = LibraryQuery(text), [], []
    for token in _tokens(text):
        if not token.key:
            words.append(token.text)
        elif token.value:
            query = _take(query, token, pictures, now)
            if token.key != "sort":
                named.append(token.text)
    wanted = replace(query.filter, words=" ".join(words))
    return replace(query, filter=wanted, named=tuple(named))


def put_piece(text: str, key: str, value: str, instead: tuple[str, ...] = ()) -> str:
    """Returns a line with a piece of the notation, and without others of that key.

    Args:
        text: the line.
        key: as `sort`.
        value: what stands behind the colon; empty for no such piece.
        instead: the values of that key which it replaces; by default all.
    """
    kept = [
        it.text
        for it in _tokens(text)
        if it.key != key or (instead and it.value.lower() not in instead)
    ]
    quoted = f'"{value}"' if re.search(r"\s", value) else value
    return " ".join([*kept, *([f"{key}:{quoted}"] if value else [])])


def put_shelf(text: str, shelf: Shelf) -> str:
    """Returns a line that asks for another shelf."""
    return put_piece(text, "is", "" if shelf == "current" else shelf, tuple(_SHELF_OF))


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        key = (match["key"] or "").lower()
        is_known = key in _KEYS
        value = (match["value"] or "").strip('"') if is_known else ""
        yield _Token(match[0], key if is_known else "", value)


def _take(
    query: LibraryQuery, token: _Token, pictures: Mapping[str, str], now: float
) -> LibraryQuery:
    """Returns the query with what a piece of the notation asks for."""
    wanted, value = query.filter, token.value
    match token.key:
        case "tag":
            return replace(query, filter=replace(wanted, tags=(*wanted.tags, value)))
        case "model":
            return replace(query, filter=replace(wanted, model=value))
        case "has" if value.lower() in ("picture", "pictures"):
            return replace(query, filter=replace(wanted, has_picture=True))
        case "is" if value.lower() == "pinned":
            return replace(query, filter=replace(wanted, is_pinned=True))
        case "is" if value.lower() in _SHELF_OF:
            return replace(query, filter=replace(wanted, shelf=_SHELF_OF[value.lower()]))
        case "sort" if value.lower() in ORDERS:
            return replace(query, order=value.lower())
        case "on" | "before" | "after":
            return replace(query, filter=_bound(wanted, token, now))
        case "picture" | "like":
            return _take_picture(query, token, pictures)
    raise QueryProblem(_CHOICES[token.key])


_CHOICES: Final = {
    "has": "has: takes picture.",
    "is": "is: takes pinned, archived or bin.",
    "sort": f"sort: takes {', '.join(ORDERS[:-1])} or {ORDERS[-1]}.",
}


def _take_picture(query: LibraryQuery, token: _Token, pictures: Mapping[str, str]) -> LibraryQuery:
    value = token.value
    wanted = replace(query.filter, is_similar=token.key == "like")
    if value.startswith("@"):
        if value not in pictures:
            raise QueryProblem(
                f"No picture is called {value} here: name a file, or search from the picture."
            )
        return replace(query, filter=replace(wanted, picture=pictures[value]))
    if _KEY_OF_PICTURE.fullmatch(value):
        return replace(query, filter=replace(wanted, picture=value))
    return replace(query, filter=wanted, file=value)


def _bound(wanted: LibraryFilter, token: _Token, now: float) -> LibraryFilter:
    """Returns the filter with another bound of time: whole days, months or years."""
    try:
        times = times_of(token.value, now)
    except ValueError as error:
        raise QueryProblem(f"{token.text}: {error}.") from error
    if times is None:
        raise QueryProblem(
            f"{token.key}: takes a day, month or year, as 2026-05-03, 2026-05 or 7d."
        )
    if token.key == "before":
        return replace(wanted, before=times[0])
    if token.key == "after":
        return replace(wanted, after=times[0])
    return replace(wanted, after=times[0], before=times[1])
