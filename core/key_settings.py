"""The table `[keys]` of `config.toml`: which keys run a command, as far as the core can tell.

What commands and keys there are is the interface's matter; here it is only read.
"""

from collections.abc import Iterator, Mapping
from typing import Final

_EXAMPLE: Final = 'write it as chat.regenerate = "f10", with several keys as a list'


def check_keys(table: object) -> str:
    """Returns what is wrong with the table, as the end of a sentence; empty if nothing is."""
    if not isinstance(table, dict):
        return 'keys is no table: write [keys], and under it chat.regenerate = "f10".'
    for command, value in _flat(table):
        if not _keys(value):
            return f"the key of {ascii(command)[1:-1]} in [keys] can't be read: {_EXAMPLE}."
    return ""


def read_keys(table: object) -> dict[str, tuple[str, ...]]:
    """Returns the keys of a table that was checked, by the id of their command; or none at all."""
    if not isinstance(table, dict):
        return {}
    return {command: (_keys(value) or [()])[0] for command, value in _flat(table)}


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Yields the lines of a table, as `chat.regenerate` may be written with or without quotes."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _keys(value: object) -> list[tuple[str, ...]]:
    """Returns the keys that a value names; nothing at all if it is none."""
    if value is False:
        return [()]
    texts = [value] if isinstance(value, str) else value
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return [tuple(text for text in texts if text.strip())]
    return []
