"""What is typed to search is read as people mean it, and found where it stands."""

import pytest

from seeshell.core.errors import BadRequest
from seeshell.core.folding import fold
from seeshell.core.kept import Span
from seeshell.core.search_query import SearchQuery


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("Red Circle", ("red", "circle")),
        ('"red  Circle" red', ("red circle", "red")),
        ("on “the sign", ("on", "the sign")),
        ("„auf dem Schild“ Größe", ("auf dem schild", "grosse")),
        ("「東京」", ("東京",)),
        ("lemons, (2.50)?", ("lemons", "2.50")),
        ("C++ c#", ("c++", "c#")),
        ("don’t **bold**", ("don't", "bold")),
        ("ＡＢＣ ｶﾞ ﬁne", ("abc", "ガ", "fine")),
        ("- 国 … ++ é", ("国", "e")),
        ("red red RED", ("red",)),
        ("", ()),
    ],
)
def test_words_and_phrases_are_read_folded_each_once(typed: str, terms: tuple[str, ...]) -> None:
    assert SearchQuery(typed).terms == terms


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("mon", "Two lemons and a Mon", ["mon", "Mon"]),
        ("mo", "Two lemons, more or less", ["mo"]),
        ("2", "At 22 of 32, 2nd", ["2", "2"]),
        ("京", "東京都と京都", ["京", "京"]),
        ("a国", "中A国", ["A国"]),
        ("cafe", "The Café, the cafe\u0301!", ["Café", "cafe\u0301"]),
        ("strasse", "STRASSE und Straße", ["STRASSE", "Straße"]),
        (
            "한국",
            "\u1112\u1161\u11ab\u1100\u116e\u11a8 사람",
            ["\u1112\u1161\u11ab\u1100\u116e\u11a8"],
        ),
        ('"a b"', "a\n\n b, **a** b", ["a\n\n b", "a** b"]),
        ("red circle", "a circle, redder", ["circle", "red"]),
        ("anan nan", "banana anan", ["anan", "anan"]),
        ("xyz", "nothing of it", []),
    ],
)
def test_each_term_is_marked_where_it_stands(typed: str, text: str, found: list[str]) -> None:
    query = SearchQuery(typed)
    assert [text[it.start : it.end] for it in query.mark(text)] == found
    assert query.finds(fold(text)) == bool(found)


def test_marks_do_not_overlap() -> None:
    assert SearchQuery("lemon emons").mark("lemons") == (Span(0, 5),)


def test_all_terms_are_needed_wherever_each_stands() -> None:
    query = SearchQuery("red circle")
    assert query.finds("a circle", "redder")
    assert not query.finds("a circle")


def test_too_much_to_search_for_is_one_sentence() -> None:
    with pytest.raises(BadRequest, match="use at most 32 words and 1,000 characters"):
        SearchQuery(" ".join(f"w{number}" for number in range(33)))
