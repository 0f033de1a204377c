"""The notation of the library's search line."""

import time

import pytest

from seeshell.core.kept import EVERYTHING, LibraryFilter
from seeshell.tui.session.library_query import (
    QueryProblem,
    parse_query,
    put_piece,
    put_shelf,
)

NOON = time.mktime((2026, 11, 25, 12, 0, 0, 0, 0, -1))
KEY = "ab" * 32


def at(year: int, month: int, day: int) -> float:
    return time.mktime((year, month, day, 0, 0, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", EVERYTHING),
        ("two  lemons", LibraryFilter(words="two lemons")),
        ('"a kilo" lemons', LibraryFilter(words='"a kilo" lemons')),
        ("see http://x.org note:", LibraryFilter(words="see http://x.org note:")),
        ('tag:"two words" TAG:b', LibraryFilter(tags=("two words", "b"))),
        (
            "model:Qwen has:picture is:pinned",
            LibraryFilter(model="Qwen", has_picture=True, is_pinned=True),
        ),
        ("is:archived 市場", LibraryFilter(words="市場", shelf="archived")),
        ("is:deleted", LibraryFilter(shelf="bin")),
        ("on:2026-05", LibraryFilter(after=at(2026, 5, 1), before=at(2026, 6, 1))),
        ("on:2026-12", LibraryFilter(after=at(2026, 12, 1), before=at(2027, 1, 1))),
        ("on:2025", LibraryFilter(after=at(2025, 1, 1), before=at(2026, 1, 1))),
        ("before:2026-05-03", LibraryFilter(before=at(2026, 5, 3))),
        ("after:7d", LibraryFilter(after=at(2026, 11, 18))),
        ("on:yesterday", LibraryFilter(after=at(2026, 11, 24), before=at(2026, 11, 25))),
        (f"picture:{KEY}#3", LibraryFilter(picture=f"{KEY}#3")),
        ("like:@a.png", LibraryFilter(picture=KEY, is_similar=True)),
        ("tag: before:", EVERYTHING),
    ],
)
def test_a_line_says_which_conversations_are_wanted(text: str, wanted: LibraryFilter) -> None:
    assert parse_query(text, {"@a.png": KEY}, NOON).filter == wanted


def test_a_file_is_looked_for_by_its_bytes() -> None:
    query = parse_query('like:"~/my photos/a.jpg"')
    assert (query.file, query.filter.is_similar) == ("~/my photos/a.jpg", True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("before:may", "as 2026-05-03"),
        ("on:2026-13", "no such day"),
        ("on:2026-02-30", "no such day"),
        ("is:new", "pinned, archived or bin"),
        ("has:text", "takes picture"),
        ("sort:age", "updated, created, title or messages"),
        ("picture:@b.png", "No picture is called @b.png"),
    ],
)
def test_what_cannot_be_understood_says_what_to_type(text: str, told: str) -> None:
    with pytest.raises(QueryProblem, match=told):
        parse_query(f"lemons {text}", {}, NOON)


def test_what_hides_conversations_is_named_as_it_was_typed() -> None:
    query = parse_query("lemons tag:x sort:title is:pinned")
    assert (query.named, query.order) == (("tag:x", "is:pinned"), "title")


def test_keys_change_a_piece_and_leave_the_rest() -> None:
    text = put_piece("lemons sort:title tag:x", "sort", "messages")
    assert text == "lemons tag:x sort:messages"
    assert put_piece("a", "tag", "two words") == 'a tag:"two words"'
    assert put_shelf("is:pinned is:bin a", "archived") == "is:pinned a is:archived"
    assert put_shelf("is:pinned is:archived a", "current") == "is:pinned a"
