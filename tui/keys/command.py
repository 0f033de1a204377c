"""What a key can do: a command with its id, its default keys and its words, in a place."""

from typing import Final

from msgspec import Struct

HIDDEN: Final = 0
"""Rank of a command that the key line never shows."""
PINNED: Final = 99
"""Rank of the command that the key line shows last, and always."""


class Command(Struct, frozen=True):
    """Something that a key does in one place."""

    name: str
    """Unique in its place: `regenerate` of the place `chat` has the id `chat.regenerate`."""
    keys: str
    """Default keys as people write them, separated by spaces; the first one is shown."""
    help: str
    """What it does, for the list of keys and the palette."""
    footer: str = ""
    """Its word in the key line."""
    rank: int = HIDDEN
    """Place in the key line, 1 first; of two equal ones the place nearer to the focus is first."""
    action: str = ""
    """What Textual runs at the place; empty where that is called as the command is."""
    moves_focus: bool = False
    """Whether the focus may be elsewhere afterwards, so that what is typed next has to wait."""
    is_urgent: bool = False
    """Whether it works on every screen and before the focused widget is asked."""
    in_palette: bool = True
    """Whether the palette offers it, if it offers those of the place at all."""
    must_keep: str = ""
    """A key that it can't lose, because it is a way out."""
    needs_key: bool = False
    """Whether it can't be left without any key."""
    is_fixed: bool = False
    """Whether it is a library's own: told, but with the keys that the library gives it."""


KEYS: Final = Command(
    "keys",
    "f1 ?",
    "Show all keys",
    footer="keys",
    rank=7,
    action="app.show_keys",
    moves_focus=True,
)
"""What screens of their own have in common."""


class Place(Struct, frozen=True):
    """Where keys work: a widget, a screen or the whole app."""

    id: str
    title: str
    """Heading in the list of keys."""
    commands: tuple[Command, ...]
    parent: str = ""
    """Id of the place around it, whose keys work here too; empty for the outermost."""
    types_text: bool = False
    """Whether a letter is typed there, so that no command can have one for a key."""
    in_palette: bool = False
    """Whether the palette offers its commands."""
    letters: str = ""
    """Where its letters are keys, in words."""
    note: str = ""
    """A sentence below its keys."""

    def id_of(self, command: Command) -> str:
        """Returns the id by which `[keys]` and sentences name a command."""
        return f"{self.id}.{command.name}"
