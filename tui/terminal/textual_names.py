"""What is used of Textual that it does not promise to keep: names of keys, reports of the mouse.

A test fails if any of it changes.
"""

from typing import Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS, MODIFIER_FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import _character_to_key

__all__ = [
    "CODED_KEYS",
    "MODIFIER_KEYS",
    "XTermParser",
    "key_of_character",
    "keys_of_sequence",
]

CODED_KEYS: Final = FUNCTIONAL_KEYS
"""Names by number and final letter of kitty's protocol, as in `57414u`."""

MODIFIER_KEYS: Final = MODIFIER_FUNCTIONAL_KEYS
"""Names of Shift, Control and the like as keys of their own."""


def keys_of_sequence(sequence: str) -> tuple[str, ...]:
    """Returns the keys that a sequence of an older terminal stands for; empty if for none."""
    found = ANSI_SEQUENCES_KEYS.get(sequence, ())
    if isinstance(found, str):
        return (found,)
    return tuple(key.value for key in found) if isinstance(found, tuple) else ()


def key_of_character(character: str) -> str:
    """Returns Textual's name of the key that types a character."""
    return character if character.isalnum() else _character_to_key(character)
