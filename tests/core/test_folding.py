import unicodedata

import pytest

from seeshell.core.folding import Words, fold

_SUBSCRIPT_IOTA = "\u0345"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Ein FAÇADE hier", "facade", ["FAÇADE"]),
        ("eine ｆａｃａｄｅ", "Façade", ["ｆａｃａｄｅ"]),
        ("die Straße", "STRASSE", ["Straße"]),
        ("e\u0301te\u0301!", "été", ["e\u0301te\u0301"]),
        ("soft\u00adware", "software", ["soft\u00adware"]),
        ("two\nlines,  two lines", "two LINES", ["two\nlines", "two lines"]),
        ("日本語の本", "本", ["本", "本"]),
        ("eﬃcient", "ffi", ["ﬃ"]),
        ("a.c abc", "a.c", ["a.c"]),
        ("Işık, IŞIK, İstanbul'da ışık", "ışık", ["Işık", "IŞIK", "ışık"]),
        ("İSTANBUL, istanbul", "İstanbul", ["İSTANBUL", "istanbul"]),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(
    text: str, words: str, found: list[str]
) -> None:
    spans = list(Words([words]).find(text))
    assert [text[start:end] for start, end in spans] == found
    assert Words([words]).count(text) == len(found)


@pytest.mark.parametrize(("text", "words"), [("が", "か"), ("각", "가"), ("กิ", "ก็")])
def test_a_mark_that_makes_another_letter_counts(text: str, words: str) -> None:
    assert not list(Words([words]).find(text))


def test_the_case_of_no_letter_counts() -> None:
    letters = [it for it in map(chr, range(0x2FFFF)) if it.isalpha() and it != _SUBSCRIPT_IOTA]
    for it in letters:
        # Of ancient Greek, capitals write the iota that lies below a small letter beside it.
        if _SUBSCRIPT_IOTA not in unicodedata.normalize("NFKD", it):
            assert fold(f"a{it}b".upper()) == fold(f"a{it}b".lower()) == fold(f"a{it}b"), it


def test_letters_written_as_several_characters_are_the_same_as_one() -> None:
    assert fold("\u1100\u1161\u11a8") == fold("각")
    assert fold("か\u3099") == fold("が")


def test_of_several_words_each_counts_and_the_longer_one_wins() -> None:
    text = "lemon lemons lime"
    spans = Words(["lemon", "lemons", "lime"]).find(text)
    assert [text[start:end] for start, end in spans] == ["lemon", "lemons", "lime"]


def test_nothing_is_found_by_nothing() -> None:
    assert not Words(["", "  "])
    assert not list(Words([" "]).find("a b"))
