"""What steers, reorders or hides is shown; what belongs to a letter or an emoji stays."""

import re
from unicodedata import name

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeshell.tui import visible as module
from seeshell.tui.visible import VisibleStream, visible, visible_line

SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

SHOWN = {
    "null": "\x00", "escape": "\x1b", "carriage return": "\r", "delete": "\x7f",
    "C1 CSI": "\x9b", "C1 next line": "\x85", "lone surrogate": "\ud800",
    "left-to-right mark": "\u200e", "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c", "embedding": "\u202a", "override": "\u202e",
    "pop": "\u202c", "isolate": "\u2066", "end of isolate": "\u2069",
    "zero width space": "\u200b", "word joiner": "\u2060", "invisible times": "\u2062",
    "inhibit swapping": "\u206a", "byte order mark": "\ufeff", "soft hyphen": "\u00ad",
    "Mongolian vowel separator": "\u180e", "interlinear anchor": "\ufff9",
    "Hangul filler": "\u3164", "half-width Hangul filler": "\uffa0", "choseong filler": "\u115f",
    "line separator": "\u2028", "paragraph separator": "\u2029",
    "tag letter": "\U000e0041", "language tag": "\U000e0001", "cancel tag": "\U000e007f",
    "shorthand overlap": "\U0001bca0", "musical beam": "\U0001d173",
    "hieroglyph joiner": "\U00013430", "hieroglyph frame": "\U0001343c",
    "joiner in ASCII": "\u200d", "non-joiner in ASCII": "\u200c", "grapheme joiner": "\u034f",
    "emoji selector after a letter": "\ufe0f", "ideographic selector": "\U000e0100",
}  # fmt: skip

KEPT = {
    "emoji family": "👩\u200d👩\u200d👧", "rainbow flag": "🏳\ufe0f\u200d🌈",
    "eye in a bubble": "👁\ufe0f\u200d🗨\ufe0f", "skin tone": "👍🏽", "red heart": "❤\ufe0f",
    "emoji as text": "☎\ufe0e", "keycap": "1\ufe0f\u20e3", "Scotland": SCOTLAND,
    "two letters for a country": "🇯🇵", "black flag alone": "\U0001f3f4",
    "Persian word": "می\u200cخواهم", "Persian abbreviation": "ه\u200d",
    "Devanagari half letter": "क्\u200dष", "Sinhala": "ශ්\u200dරී", "Bengali": "র\u200d্য",
    "Khmer line break": "ខ្ញុំ\u200bទៅ", "Burmese line break": "သည်\u200bမ", "Thai": "ไทย\u200bไทย",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180eᠠ", "ideograph variant": "葛\U000e0100",
    "old Korean": "ᄀ\u1160ᆨ", "hieroglyphs": "\U00013000\U00013430\U00013001",
    "Hebrew": "שלום עולם", "Arabic": "مرحبا بالعالم",
    "Japanese": "日本　語",
    "suffix of a bold word": "**کتاب**\u200cها", "of a marked one": "_کتاب_\u200cها",
    "accents": "e\u0301é ǟ", "box drawing": "┌─┐ …—“”", "private use": "\ue0b0",
}  # fmt: skip

ALONE = {
    "joiner at the start": "\u200dא", "joiner after a space": "ا \u200dب",
    "joiner after a line": "👩\n\u200d👩", "second joiner": "👩\u200d\u200d👩",
    "second non-joiner": "می\u200c\u200cخ", "second selector": "❤\ufe0f\ufe0f",
    "joiner after bold ASCII": "**a**\u200cb", "joiner after marks alone": "**\u200cخ",
    "joiner after a control": "\x1b\u200d", "selector after a joiner": "👩\u200d\ufe0f",
    "a flag without its end": SCOTLAND[:-1], "a flag without letters": "\U0001f3f4\U000e007f",
    "a message for a flag": SCOTLAND[:-1] + "\U000e0061" * 9 + "\U000e007f",
    "tags after another emoji": "👩" + SCOTLAND[1:], "second Hangul filler": "ᄀ\u1160\u1160",
    "many ideographic selectors": "葛\U000e0100\U000e0101", "selector on emoji": "👩\U000e0100",
}  # fmt: skip


@pytest.mark.parametrize("char", SHOWN.values(), ids=SHOWN)
def test_what_steers_reorders_or_hides_is_shown(char: str) -> None:
    shown = visible(f"a{char}b")
    assert re.fullmatch("a(?:[\u2400-\u2421]|<[0-9a-f]{4,5}>)b", shown)
    assert cell_len(shown) == len(shown)
    assert visible_line(f"a{char}b") in (shown, "a b")


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_belongs_to_a_letter_or_an_emoji_stays(text: str) -> None:
    assert visible(text) == text
    assert visible(f"a {text} b\n{text}", keep="") == f"a {text} b␊{text}"


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_what_takes_no_room_is_shown_where_it_belongs_to_nothing(text: str) -> None:
    shown = visible(text)
    assert "<" in shown
    assert visible(shown) == shown


def test_newlines_and_tabs_stay_unless_one_line_is_wanted() -> None:
    assert visible("a\n\tb") == "a\n\tb"
    assert visible("é\n\tb", keep="\t") == "é␊\tb"
    assert visible_line(" a\n\tb\u2028c ") == "a b c"


def test_every_character_is_either_plain_or_looked_at() -> None:
    plain = re.compile(f"[{module._PLAIN}]")
    hidden = re.compile(f"[{module._HIDDEN}]")
    wrong = [
        name(char, hex(ord(char)))
        for char in map(chr, [*range(0x20000), *range(0xE0000, 0xE2000), 0x10FFFF])
        if bool(plain.fullmatch(char)) is bool(hidden.fullmatch(char))
    ]
    assert wrong == []


@given(
    pieces=st.lists(
        st.text(st.sampled_from("a1* \n\x1b👩ا❤\u200c\u200d\u200e\ufe0f葛\U000e0100" + SCOTLAND))
    )
)
def test_text_in_pieces_becomes_what_it_becomes_at_once(pieces: list[str]) -> None:
    stream = VisibleStream()
    assert "".join([*map(stream.feed, pieces), stream.end()]) == visible("".join(pieces))
    assert stream.end() == ""


@given(text=st.text())
def test_what_is_visible_stays_so(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("text", [SCOTLAND, "👩\u200d💻", "می\u200cخ"])
def test_nothing_but_a_flag_waits_for_what_comes_next(text: str) -> None:
    stream = VisibleStream()
    shown = [stream.feed(char) for char in text]
    assert (shown[:-1] == [""] * len(shown[:-1])) is (text == SCOTLAND)
    assert "".join(shown) == text
