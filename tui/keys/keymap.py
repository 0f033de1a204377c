"""The keys in force: the defaults of the table, and what `[keys]` of `config.toml` says instead."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .names import shown_name, split_keys, textual_name, types_text
from .table import COMMANDS

_PALETTE = "app.commands"
_NAMED = r"\{([a-z]+\.[a-z_]+)\}"


class Keymap:
    """Says which keys run a command, and fills them into sentences that name it."""

    def __init__(self, chosen: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """Takes the user's choice; `find_problem` says whether it can be used.

        Args:
            chosen: keys by the id of their command, as people write them; none unbinds it.
        """
        self.changed: Mapping[str, tuple[str, ...]] = {
            command: tuple(
                dict.fromkeys(textual_name(key) for text in keys for key in split_keys(text))
            )
            for command, keys in chosen.items()
        }
        """Keys in Textual's words of the commands for which the user has chosen some."""

    def of(self, command: str) -> tuple[str, ...]:
        """Returns the keys of a command, in Textual's words."""
        chosen = self.changed.get(command)
        return default_keys(command) if chosen is None else chosen

    def main_key(self, command: str) -> str:
        """Returns the command's first key that types nothing, else its first, in Textual's words.

        Empty for a command without a key.
        """
        keys = self.of(command)
        return next((key for key in keys if not types_text(key)), keys[0] if keys else "")

    def show_all(self, command: str) -> str:
        """Returns all keys of a command as people write them; empty for one without a key."""
        return ", ".join(shown_name(key) for key in self.of(command))

    def show(self, command: str) -> str:
        """Returns the key to press, as people write it, or without one the way of the palette."""
        if key := self.main_key(command):
            return shown_name(key)
        return f"“{self.fill(COMMANDS[command].help)}” of {self.show(_PALETTE)}"

    def fill(self, sentence: str) -> str:
        """Returns a sentence with a key wherever it names a command: `{app.quit} quits`."""
        return re.sub(_NAMED, self._key_of, sentence)

    def _key_of(self, named: re.Match[str]) -> str:
        return self.show(named[1]) if named[1] in COMMANDS else named[0]


def default_keys(command: str) -> tuple[str, ...]:
    """Returns the keys that a command has by default, in Textual's words."""
    return tuple(textual_name(key) for key in split_keys(COMMANDS[command].keys))


DEFAULT_KEYS = Keymap()
"""What is in force where the user has chosen nothing."""
