"""Keys as people write them, and as Textual calls them: `?` is `question_mark`, `esc` `escape`."""

import unicodedata
from enum import Enum
from functools import cache
from typing import Final

_TEXTUAL_NAMES: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""What Textual calls a character otherwise than Unicode does."""

_SPELLINGS: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
    "spacebar": "space",
    "dash": "minus",
}
_MODIFIERS: Final = {
    "control": "ctrl",
    "option": "alt",
    "opt": "alt",
    "meta": "alt",
    "cmd": "super",
    "command": "super",
    "win": "super",
    "ctrl": "ctrl",
    "alt": "alt",
    "shift": "shift",
    "super": "super",
}
_MODIFIER_ORDER: Final = ("alt", "ctrl", "shift", "super")
"""The order in which Textual names them."""

_MOVES: Final = frozenset(
    {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"}
)
_FUNCTIONS: Final = frozenset(f"f{number}" for number in range(1, 25))
_PLAIN: Final = frozenset({"enter", "escape", "tab", "space", "backspace"}) | _MOVES | _FUNCTIONS

_CTRL_SIGNS: Final = frozenset(
    {"underscore", "backslash", "right_square_bracket", "circumflex_accent", "at", "space"}
)
"""What a terminal sends with ctrl besides letters, as it always has."""
_SAME_BYTE: Final = {"i": "tab", "m": "enter", "h": "backspace", "left_square_bracket": "esc"}
"""What most terminals send for these keys with ctrl."""
_WORD_KEYS: Final = {"b": "ctrl+left", "f": "ctrl+right"}
"""What most terminals send for Alt with an arrow is what others send for Alt with these."""

_NAMED: Final = {"escape": "esc"}


class Reach(Enum):
    """Which terminals send a key."""

    ALL = 1
    SOME = 2
    """Those with the kitty keyboard protocol."""
    NONE = 3


def split_keys(text: str) -> list[str]:
    """Returns the keys of a text, which commas or spaces part; a comma alone is a key."""
    return [text] if text == "," else text.replace(",", " ").split()


def textual_name(key: str) -> str:
    """Returns Textual's name of a key that people write; any other text somehow, in lower case."""
    *modifiers, last = _parts(key)
    known = {_MODIFIERS.get(it.lower(), it.lower()) for it in modifiers}
    name = _name(last)
    if len(name) == 1 and known == {"shift"}:
        return name.upper()
    if len(name) == 1 and known:
        name = name.lower()
    order = sorted(known, key=lambda it: (*_MODIFIER_ORDER, it).index(it))
    return "+".join([*order, name])


def shown_name(name: str) -> str:
    """Returns the key as people write it: `ctrl+o`, `?`, `esc`."""
    *modifiers, last = name.split("+")
    return "+".join([*modifiers, _NAMED.get(last) or _sign(last) or last])


def types_text(name: str) -> bool:
    """Whether the key, in Textual's words, types a character where text is typed."""
    return "+" not in name and (name == "space" or bool(_sign(name)))


def reach_of(name: str) -> Reach:
    """Returns which terminals send a key, given in Textual's words."""
    *modifiers, last = name.split("+")
    is_sign = bool(_sign(last))
    if not (is_sign or last in _PLAIN) or any(it not in _MODIFIER_ORDER for it in modifiers):
        return Reach.NONE
    if not modifiers or (last in (_MOVES | _FUNCTIONS) and "super" not in modifiers):
        return Reach.ALL
    if modifiers == ["alt"] and last not in ("escape", "left_square_bracket", *_WORD_KEYS):
        return Reach.ALL
    if modifiers == ["ctrl"] and last not in _SAME_BYTE:
        is_letter = len(last) == 1 and last.isascii() and last.isalpha()
        return Reach.ALL if is_letter or last in _CTRL_SIGNS else Reach.SOME
    return Reach.ALL if name == "shift+tab" else Reach.SOME


def sent_instead(name: str) -> str:
    """Returns the key that most terminals send in the place of one that only some send."""
    *modifiers, last = name.split("+")
    if modifiers == ["ctrl"] and last in _SAME_BYTE:
        return _SAME_BYTE[last]
    if modifiers == ["alt"] and last in _WORD_KEYS:
        return _WORD_KEYS[last]
    left = [it for it in modifiers if it != "shift"] if len(modifiers) > 1 else []
    return shown_name("+".join([*left, last]))


def _parts(key: str) -> list[str]:
    """Returns modifiers and key; the key may be a plus sign."""
    if key == "+":
        return ["+"]
    if key.endswith("++"):
        return [*key[:-2].split("+"), "+"]
    return key.split("+")


def _name(last: str) -> str:
    if len(last) == 1:
        return last if last.isalnum() else _name_of_sign(last)
    lower = last.lower().replace("-", "_")
    return _SPELLINGS.get(lower, lower)


def _name_of_sign(sign: str) -> str:
    name = unicodedata.name(sign, sign).lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name)


@cache
def _sign(name: str) -> str:
    """Returns the character that a key types; empty for one that types none."""
    if len(name) == 1:
        return name if name.isprintable() else ""
    if name in _PLAIN:
        return ""
    if name in (keyboard := _signs_of_the_keyboard()):
        return keyboard[name]
    try:
        sign = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""
    return sign if sign.isprintable() and len(sign) == 1 else ""


@cache
def _signs_of_the_keyboard() -> dict[str, str]:
    """Returns the ASCII signs by the names that Textual has for them."""
    return {_name_of_sign(chr(code)): chr(code) for code in range(33, 127)}
