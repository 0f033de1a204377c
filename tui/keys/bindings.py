"""The commands of the table as Textual's bindings, with the keys that are in force in an app."""

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding, Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.events import Key

from .command import HIDDEN, Command
from .keymap import DEFAULT_KEYS, Keymap, default_keys
from .names import types_text
from .table import COMMANDS, PLACE_OF

_UNTOLD_RANK = 10
"""Of a binding that shows itself and is not in the table."""


class Keyed:
    """Mixed into a widget or screen that has the bindings of a place: the user's keys work there.

    Textual's own keymap drops other commands of the same key, has no way to leave a command
    without one, and is applied after the letters that a text field takes have been filtered out,
    so that a letter's command could not get another key.
    """

    _bindings: BindingsMap

    def _post_register(self, app: App[Any]) -> None:
        """Takes the app's keys before anything can be typed."""
        super()._post_register(app)  # type: ignore[misc]
        bindings = in_force(self._bindings, keymap_of(app))
        self._bindings = _Lettered(bindings, self.takes_letters)

    def takes_letters(self) -> bool:
        """Returns whether keys that type text are the place's now, and not nobody's."""
        return True

    def word_of(self, binding: Binding) -> str:
        """Returns the binding's word in the key line."""
        return binding.description

    def keys_of(self, key: str) -> list[Binding]:
        """Returns the widget's own bindings of a key."""
        return self._bindings.key_to_bindings.get(key, [])


class _Lettered(BindingsMap):
    """Bindings of which those of letters are left out at times.

    Textual asks for a copy whenever it looks for a key in what lies around the focus.
    """

    def __init__(self, bindings: BindingsMap, takes_letters: Callable[[], bool]) -> None:
        super().__init__()
        self.key_to_bindings = bindings.key_to_bindings
        self._takes_letters = takes_letters

    def copy(self) -> BindingsMap:
        """Returns the bindings of this moment."""
        keys = self.key_to_bindings
        if not self._takes_letters():
            keys = {key: bindings for key, bindings in keys.items() if not types_text(key)}
        return BindingsMap.from_keys(dict(keys))


def bindings_of(place: str) -> list[BindingType]:
    """Returns a place's commands for the `BINDINGS` of its class, with their default keys."""
    commands = [it for it in PLACE_OF[place].commands if not it.is_fixed]
    return [_binding(f"{place}.{command.name}", command) for command in commands]


def in_force(bindings: BindingsMap, keymap: Keymap) -> BindingsMap:
    """Returns bindings with the keys that the user has chosen, which win over a library's own."""
    by_key = bindings.key_to_bindings
    chosen = {it.id: it for its in by_key.values() for it in its if it.id in keymap.changed}
    if not chosen:
        return bindings
    kept = {key: [it for it in its if it.id not in chosen] for key, its in by_key.items()}
    for command, binding in chosen.items():
        for key in keymap.of(str(command)):
            others = [it for it in kept.get(key, ()) if it.id is not None]
            kept[key] = [*others, binding.with_key(key)]
    return BindingsMap.from_keys({key: its for key, its in kept.items() if its})


def keymap_of(app: App[Any]) -> Keymap:
    """Returns the keys in force in an app: its own `keymap`, if it has one."""
    keymap: Keymap = getattr(app, "keymap", DEFAULT_KEYS)
    return keymap


def fill_keys(node: DOMNode, sentence: str) -> str:
    """Returns a sentence with the keys in force wherever it names a command in braces."""
    return keymap_of(node.app).fill(sentence)


def rank_of(binding: Binding) -> int:
    """Returns the binding's place in the key line, `HIDDEN` for none."""
    command = COMMANDS.get(binding.id or "")
    if command is None:
        return _UNTOLD_RANK if binding.show else HIDDEN
    return command.rank


def as_chord(event: Key, node: DOMNode) -> Key:
    """Returns a key as it acts at a node: Alt with a letter that has a command types nothing.

    Most terminals send both as Escape and the letter. A command that could do nothing now is one
    too: its letter is not what was meant.
    """
    if event.character is None or not event.key.startswith("alt+"):
        return event
    is_chord = any(event.key in it._bindings.key_to_bindings for it in node.ancestors_with_self)
    return Key(event.key, None) if is_chord else event


def moves_focus(active: ActiveBinding, focused: DOMNode | None) -> bool:
    """Whether the focus may be elsewhere after a binding, or that would overtake what is typed.

    Of bindings that are not in the table, those of the focused widget leave the focus there, but
    for those that hand something in.
    """
    binding = active.binding
    command = COMMANDS.get(binding.id or "")
    if command is not None:
        return command.moves_focus or command.is_urgent
    hands_in = "submit" in binding.action or "select" in binding.action
    return active.node is not focused or hands_in


def _binding(command_id: str, command: Command) -> Binding:
    return Binding(
        ",".join(default_keys(command_id)),
        command.action or command.name,
        command.footer,
        show=bool(command.footer),
        priority=command.is_urgent,
        id=command_id,
    )
