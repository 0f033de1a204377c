"""Keys by the names that bindings use, whatever protocol the terminal speaks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.tui.terminal.keyboard import Keyboard
from seeshell.tui.terminal.layouts import latin_letters

KEYBOARD = Keyboard(latin_letters(""))


def read(sequence: str, keyboard: Keyboard = KEYBOARD) -> list[tuple[str, str | None]]:
    return [(key.key, key.character) for key in keyboard.read(sequence)]


@pytest.mark.parametrize(
    ("sequence", "key", "character"),
    [
        # Text, as some terminals send it in spite of the flags asked for.
        ("97u", "a", "a"),
        ("97;;97u", "a", "a"),
        ("97:65;2u", "A", "A"),
        ("97;2u", "A", "A"),
        ("97;2;65u", "A", "A"),
        ("97;1:2u", "a", "a"),
        ("97;65u", "A", "A"),
        ("97;66u", "a", "a"),
        ("49:33;2u", "exclamation_mark", "!"),
        ("1089u", "с", "с"),
        ("1089:1057:99;2u", "С", "С"),
        ("1089::99;1:1u", "с", "с"),
        ("229;;229u", "å", "å"),
        ("97;3;229u", "å", "å"),
        ("128523u", "face_savouring_delicious_food", "😋"),
        ("32u", "space", " "),
        ("32;2u", "space", " "),
        # Chords.
        ("97;5u", "ctrl+a", None),
        ("97;5:1u", "ctrl+a", None),
        ("97;5:2u", "ctrl+a", None),
        ("97:65;6u", "ctrl+shift+a", None),
        ("65;6u", "ctrl+shift+a", None),
        ("97;3u", "alt+a", None),
        ("97;7u", "alt+ctrl+a", None),
        ("99;9u", "super+c", None),
        ("111;133u", "ctrl+o", None),
        ("111;69u", "ctrl+o", None),
        ("1097::111;5u", "ctrl+o", None),
        ("1089::99;5:1u", "ctrl+c", None),
        ("1097:1065:111;6u", "ctrl+shift+o", None),
        ("1097;5u", "ctrl+o", None),
        ("122::119;5u", "ctrl+z", None),
        ("246::59;5u", "ctrl+semicolon", None),
        ("47;5u", "ctrl+slash", None),
        # Functional keys.
        ("27u", "escape", None),
        ("27;1:1u", "escape", None),
        ("13u", "enter", "\r"),
        ("13;2u", "shift+enter", None),
        ("13;3u", "alt+enter", None),
        ("13;129u", "enter", "\r"),
        ("9u", "tab", "\t"),
        ("9;2u", "shift+tab", None),
        ("127u", "backspace", "\x7f"),
        ("127;5u", "ctrl+backspace", None),
        ("57414u", "enter", "\r"),
        ("57417u", "left", None),
        ("57399u", "0", "0"),
        ("57405;129u", "6", "6"),
        ("57410u", "slash", "/"),
        ("57409;;46u", "full_stop", "."),
        ("57376u", "f13", None),
        ("A", "up", None),
        ("1;1A", "up", None),
        ("1;1:1A", "up", None),
        ("1;5:2D", "ctrl+left", None),
        ("1;129D", "left", None),
        ("3~", "delete", None),
        ("3;5:1~", "ctrl+delete", None),
        ("5;1:2~", "pageup", None),
        ("13~", "f3", None),
        ("1;1:1P", "f1", None),
        ("Z", "shift+tab", None),
        ("1;2Z", "shift+tab", None),
        ("25~", "f13", None),
        # xterm's modifyOtherKeys.
        ("27;5;111~", "ctrl+o", None),
        ("27;5;1097~", "ctrl+o", None),
        ("27;2;13~", "shift+enter", None),
        ("27;6;65~", "ctrl+shift+a", None),
        # rxvt and the console.
        ("5D", "ctrl+left", None),
        ("3$", "shift+delete", None),
        ("[A", "f1", None),
    ],
)
def test_a_key_is_read(sequence: str, key: str, character: str | None) -> None:
    assert read(f"\x1b[{sequence}") == [(key, character)]


@pytest.mark.parametrize(
    "sequence",
    [
        # Released, or a modifier alone.
        *("97;1:3u", "1;1:3A", "3;1:3~", "57441u", "57441;2:1u", "57358u"),
        # No such key.
        *("55296u", "57343u", "1114112u", "9999999u", "99999999u", "0u", "1u", "159u", "57344u"),
        *("97;5;55296:99999999u", "999~", "1;5X", "97;5", "97:65:97:1u", "97;1:99u", "::::;;;;u"),
        # Replies.
        *(
            "?5u",
            "?62;22c",
            ">1;2;3c",
            "6;20;10t",
            "48;24;80;480;800t",
            "?2048;2$y",
            "5;7R",
            "1;2R",
        ),
    ],
)
def test_what_is_no_pressed_key_is_none(sequence: str) -> None:
    assert [key for key, _ in read(f"\x1b[{sequence}") if not key.startswith("ctrl+")] == []


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        ("\x1b", [("escape", "\x1b")]),
        ("\x1b\r", [("ctrl+j", None)]),
        ("\x1b\x7f", [("ctrl+w", None)]),
        ("\x1b\x03", [("ctrl+c", "\x03")]),
        ("\x1bx", [("alt+x", "x")]),
        ("\x1bX", [("alt+shift+x", "X")]),
        ("\x1bщ", [("alt+o", "щ")]),
        ("\x1bOP", [("f1", None)]),
        ("\x1bOM", [("enter", None)]),
        ("\x1bOq", [("1", "1")]),
        ("\x1bOj", [("asterisk", "*")]),
        ("\x1bOX", [("alt+shift+o", "O"), ("X", "X")]),
        ("\x1bf", [("ctrl+right", None)]),
    ],
)
def test_older_terminals_are_understood(sequence: str, keys: list[tuple[str, str | None]]) -> None:
    assert read(sequence) == keys


@pytest.mark.parametrize(
    ("letters", "latin"),
    [
        ("йцукщлсчя", "qwerokcxz"),
        ("ЙЦУКЩЛСЧЯ", "qwerokcxz"),
        ("ії", "s]"),
        ("ςερτοχλγ", "wertoxlg"),
        ("ΣΟ", "so"),
        ("קראםבסנ", "ertocxb"),
        ("خؤءمثض", "ocxleq"),
        ("گی", "'d"),
        ("љњџј", "qwxj"),
    ],
)
@pytest.mark.parametrize("protocol", ["\x1b[{};5u", "\x1b[27;5;{}~"])
def test_ctrl_works_on_other_layouts(letters: str, latin: str, protocol: str) -> None:
    expected = latin.replace("]", "\0").replace("'", "\1")
    names = {"\0": "right_square_bracket", "\1": "apostrophe"}
    for letter, name in zip(letters, expected, strict=True):
        assert read(protocol.format(ord(letter))) == [(f"ctrl+{names.get(name, name)}", None)]


@pytest.mark.parametrize(
    ("language", "letter", "latin"),
    [
        ("bg_BG.UTF-8", "о", "f"),
        ("sr_RS", "о", "o"),
        ("mk_MK", "з", "z"),
        ("fa_IR", "د", "n"),
        ("be_BY", "і", "b"),
        ("ru_RU.UTF-8", "о", "j"),
        ("uk_UA.UTF-8", "і", "s"),
        ("C", "о", "j"),
    ],
)
def test_the_locale_decides_between_layouts(language: str, letter: str, latin: str) -> None:
    keyboard = Keyboard(latin_letters(language))
    assert read(f"\x1b[{ord(letter)};5u", keyboard) == [(f"ctrl+{latin}", None)]


def test_text_stays_as_it_is_typed() -> None:
    text = "щука Ёж ωμέγα שלום سلام dvořák 한국어 日本"
    assert "".join(key.character or "" for key in KEYBOARD.type(text)) == text


@pytest.mark.parametrize(
    ("char", "key"),
    [
        ("\r", "enter"),
        ("\n", "ctrl+j"),
        ("\x7f", "backspace"),
        ("\x08", "backspace"),
        ("\t", "tab"),
        ("\x0f", "ctrl+o"),
        ("\x1f", "ctrl+underscore"),
        (" ", "space"),
        ("/", "slash"),
        ("[", "left_square_bracket"),
        ("A", "A"),
        ("é", "é"),
    ],
)
def test_a_character_is_a_key(char: str, key: str) -> None:
    assert [(it.key, it.character) for it in KEYBOARD.type(char)] == [(key, char)]


def test_every_coded_latin_letter_is_the_same_in_every_protocol() -> None:
    for letter in "abcdefgklnopqrstuvwxyz":
        (control,) = KEYBOARD.type(chr(ord(letter) - 96))
        assert [(control.key, None)] == read(f"\x1b[{ord(letter)};5u")


@given(st.from_regex(re.compile(r"\x1b(\[|O)[0-?]{0,40}[ -/]{0,3}[@-~]", re.ASCII), fullmatch=True))
def test_no_sequence_breaks_it(sequence: str) -> None:
    for key in KEYBOARD.read(sequence):
        assert key.name
        assert key.character is None or key.character.encode()
