"""Keys as people write them."""

import pytest
from textual.keys import _character_to_key

from seeshell.tui.keys.names import (
    Reach,
    reach_of,
    sent_instead,
    shown_name,
    split_keys,
    textual_name,
    types_text,
)


@pytest.mark.parametrize(
    ("written", "name", "shown"),
    [
        ("ctrl+o", "ctrl+o", "ctrl+o"),
        ("Ctrl+O", "ctrl+o", "ctrl+o"),
        ("control+o", "ctrl+o", "ctrl+o"),
        ("alt+enter", "alt+enter", "alt+enter"),
        ("Option+Return", "alt+enter", "alt+enter"),
        ("?", "question_mark", "?"),
        ("question_mark", "question_mark", "?"),
        ("F5", "f5", "f5"),
        ("esc", "escape", "esc"),
        ("Escape", "escape", "esc"),
        ("shift+v", "V", "V"),
        ("V", "V", "V"),
        ("shift+ctrl+left", "ctrl+shift+left", "ctrl+shift+left"),
        ("ctrl+_", "ctrl+underscore", "ctrl+_"),
        ("ctrl+/", "ctrl+slash", "ctrl+/"),
        ("ctrl++", "ctrl+plus", "ctrl++"),
        ("+", "plus", "+"),
        (",", "comma", ","),
        ("-", "minus", "-"),
        ("PgUp", "pageup", "pageup"),
        ("page_down", "pagedown", "pagedown"),
        ("del", "delete", "delete"),
        ("space", "space", "space"),
        ("ä", "ä", "ä"),
    ],
)
def test_keys_are_read_in_every_common_spelling(written: str, name: str, shown: str) -> None:
    assert textual_name(written) == name
    assert shown_name(name) == shown
    assert textual_name(shown) == name


@pytest.mark.parametrize("sign", [chr(code) for code in range(33, 127)])
def test_every_sign_of_the_keyboard_is_called_as_textual_calls_it(sign: str) -> None:
    assert textual_name(sign) == _character_to_key(sign)
    assert shown_name(textual_name(sign)) == sign
    assert types_text(textual_name(sign))


@pytest.mark.parametrize(
    ("key", "reach"),
    [
        ("ctrl+o", Reach.ALL),
        ("alt+enter", Reach.ALL),
        ("alt+t", Reach.ALL),
        ("alt+b", Reach.SOME),
        ("alt+f", Reach.SOME),
        ("ctrl+left", Reach.ALL),
        ("shift+f5", Reach.ALL),
        ("shift+tab", Reach.ALL),
        ("ctrl+space", Reach.ALL),
        ("ctrl+i", Reach.SOME),
        ("ctrl+m", Reach.SOME),
        ("ctrl+[", Reach.SOME),
        ("ctrl+enter", Reach.SOME),
        ("ctrl+1", Reach.SOME),
        ("ctrl+shift+k", Reach.SOME),
        ("cmd+k", Reach.SOME),
        ("hyper+k", Reach.NONE),
        ("fn", Reach.NONE),
        ("ctrl+", Reach.NONE),
        ("ctrl-o", Reach.NONE),
        ("f25", Reach.NONE),
        ("\x1b", Reach.NONE),
    ],
)
def test_it_is_known_which_terminals_send_a_key(key: str, reach: Reach) -> None:
    assert reach_of(textual_name(key)) is reach


def test_what_other_terminals_send_instead_is_told() -> None:
    assert sent_instead("ctrl+i") == "tab"
    assert sent_instead("ctrl+shift+k") == "ctrl+k"
    assert sent_instead("ctrl+enter") == "enter"
    assert sent_instead("alt+b") == "ctrl+left"


def test_several_keys_are_parted_by_spaces_or_commas() -> None:
    assert split_keys("ctrl+y, f5") == ["ctrl+y", "f5"]
    assert split_keys("ctrl+y f5") == ["ctrl+y", "f5"]
    assert split_keys(",") == [","]
    assert split_keys("  ") == []
