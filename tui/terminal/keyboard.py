"""Keys as terminals send them, by the names that Textual's bindings use.

Read are kitty's keyboard protocol with all that it may report (alternate keys, event types, text),
xterm's `modifyOtherKeys`, and the sequences of older terminals. Letters of other scripts with Ctrl
or Alt become the Latin letter on the same key.

Source: kitty's keyboard protocol, https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.events import Key

from .textual_names import CODED_KEYS, MODIFIER_KEYS, key_of_character, keys_of_sequence

_CODED: Final = re.compile(
    r"\x1b\[(\d{0,7})(?::(\d{0,7}))?(?::(\d{0,7}))?"
    r"(?:;(\d{0,4})(?::(\d))?(?:;([\d:]{0,64}))?)?([u~A-FHPQRSZ])"
)
"""Code, shifted and base key; modifiers, event; text; final letter."""

_OTHER_KEY: Final = re.compile(r"\x1b\[27;(\d{1,4});(\d{1,7})~")
"""xterm's `modifyOtherKeys`: modifiers and code."""

_CURSOR_REPORT: Final = re.compile(r"\x1b\[\d+;\d+R")

_MODIFIERS: Final = ("shift", "alt", "ctrl", "super", "hyper", "meta", "caps_lock", "num_lock")
"""Names of the bits, from the lowest."""

_LOCKS: Final = frozenset({"caps_lock", "num_lock"})
_TYPING: Final = _LOCKS | {"shift"}
"""What may be held while text is typed."""

_RELEASED: Final = "3"

_KEYPAD: Final = {57399 + digit: str(digit) for digit in range(10)} | {
    57409: ".", 57410: "/", 57411: "*", 57412: "-", 57413: "+", 57415: "=", 57416: ","
}  # fmt: skip
"""Characters of the number pad."""

_CHARACTERS: Final = {"enter": "\r", "tab": "\t", "backspace": "\x7f"}
"""What Textual gives as the character of such a key."""

_LONE_KEYS: Final = MODIFIER_KEYS | {"caps_lock", "num_lock", "scroll_lock"}
"""They do nothing by themselves."""

_LEGACY: Final = {"\x1b\r": "ctrl+j", "\x1b[Z": "shift+tab", "\x1b\x7f": "ctrl+w"}
"""Alt+Enter of a terminal without the protocol is a new line; Textual would send the prompt."""


class _Press(NamedTuple):
    """A key of kitty's protocol."""

    code: int
    final: str = "u"
    shifted: int = 0
    base: int = 0
    modifiers: frozenset[str] = frozenset()
    text: str = ""


class Keyboard:
    """Reads keys; the letters of other scripts by a table."""

    def __init__(self, latin: Mapping[str, str]) -> None:
        """Prepares it.

        Args:
            latin: the Latin letter on the key of each letter of another script.
        """
        self._latin = latin

    def type(self, text: str) -> list[Key]:
        """Returns the keys that type a text, control characters among it."""
        return [_typed(char) for char in text]

    def read(self, sequence: str) -> list[Key]:
        """Returns the keys of one sequence; none where it is no key, or one that was released."""
        if sequence == "\x1b":
            return [Key("escape", sequence)]
        if legacy := _LEGACY.get(sequence):
            return [Key(legacy, None)]
        if _CURSOR_REPORT.fullmatch(sequence):
            return []
        if found := _OTHER_KEY.fullmatch(sequence):
            modifiers, code = found.groups()
            return self._press(_Press(int(code), modifiers=_held(modifiers)))
        if found := _CODED.fullmatch(sequence):
            return self._coded(found, sequence)
        if names := keys_of_sequence(sequence):
            return _named(names)
        return self._split(sequence)

    def _coded(self, found: re.Match[str], sequence: str) -> list[Key]:
        code, shifted, base, modifiers, event, text, final = found.groups(default="")
        if event == _RELEASED:
            return []
        press = _Press(
            code=int(code or 1),
            final=final,
            shifted=int(shifted or 0),
            base=int(base or 0),
            modifiers=_held(modifiers),
            text="".join(_character(int(it)) for it in text.split(":") if len(it) in range(1, 8)),
        )
        keys = self._press(press)
        return keys or _named(keys_of_sequence(sequence))

    def _press(self, press: _Press) -> list[Key]:
        name = CODED_KEYS.get(f"{press.code}{press.final}", "")
        if press.final == "Z":
            name, press = "tab", press._replace(modifiers=press.modifiers | {"shift"})
        if name in _LONE_KEYS:
            return []
        if press.text and press.modifiers <= _TYPING | {"alt"} and name not in _CHARACTERS:
            return self.type(press.text)
        if name and press.code not in _KEYPAD:
            return [_chord(name, press.modifiers, _CHARACTERS.get(name))]
        char = _KEYPAD.get(press.code) or _character(press.code)
        if press.final != "u" or not char:
            return []
        if press.modifiers <= _TYPING:
            return self._plain(char, press)
        return [_chord(key_of_character(self._shortcut(char, press.base)), press.modifiers)]

    def _plain(self, char: str, press: _Press) -> list[Key]:
        """Returns the key that types a character for which the terminal gives no text."""
        if "shift" in press.modifiers and (shifted := _character(press.shifted)):
            return self.type(shifted)
        is_upper = ("shift" in press.modifiers) != ("caps_lock" in press.modifiers)
        if is_upper and len(char.upper()) == 1:
            char = char.upper()
        return self.type(char)

    def _shortcut(self, char: str, base: int) -> str:
        """Returns the character by which a chord is bound."""
        char = char.lower() if len(char.lower()) == 1 else char
        if char.isascii():
            # On Dvorak or AZERTY it is the letter that counts, not its place.
            return char
        on_key = _character(base)
        return on_key.lower() if on_key.isascii() and on_key else self._latin.get(char, char)

    def _split(self, sequence: str) -> list[Key]:
        """Returns the keys of Escape and what came with it: Alt, or two keys pressed in a burst."""
        if sequence.startswith("\x1bO") and len(sequence) > 2:
            return [*self._split("\x1bO"), *self.type(sequence[2:])]
        if len(sequence) != 2:
            return []
        char = sequence[1]
        if not char.isprintable():
            return self.type(char)
        name = key_of_character(self._shortcut(char, 0))
        modifiers = frozenset({"alt", "shift"} if char.isupper() else {"alt"})
        # With its character: it may be text that was typed right after Escape.
        return [_chord(name, modifiers, char, is_typed=True)]


def _named(names: Iterable[str]) -> list[Key]:
    """Returns keys by what an older terminal's sequence stands for: names, or a character."""
    return [_typed(name) if len(name) == 1 else Key(name, None) for name in names]


def _typed(char: str) -> Key:
    names = keys_of_sequence(char)
    return Key(names[0] if names else key_of_character(char), char)


def _chord(
    name: str, modifiers: frozenset[str], character: str | None = None, *, is_typed: bool = False
) -> Key:
    """Returns a key with what is held, as Textual writes it: `ctrl+shift+a`."""
    held = sorted(modifiers - _LOCKS)
    return Key("+".join([*held, name]), character if is_typed or not held else None)


def _held(modifiers: str) -> frozenset[str]:
    bits = max(0, int(modifiers or 1) - 1)
    return frozenset(name for bit, name in enumerate(_MODIFIERS) if bits & (1 << bit))


def _character(code: int) -> str:
    """Returns what can be typed of a code; empty for surrogates, control and private characters."""
    char = chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xF900 else ""
    return char if char.isprintable() else ""
