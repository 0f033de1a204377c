"""The command palette: everything that a key does, and what has no key."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual import actions
from textual.binding import Binding
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode

from .chat.chat import Chat
from .chat.composer import words_of
from .keys.bindings import keymap_of
from .keys.command import Command as ToldCommand
from .keys.focus import KeepsFocus
from .keys.names import shown_name, types_text
from .keys.table import COMMANDS, place_of
from .visible import visible_line

_TEXT_WIDTH = 48
_QUOTED = 32
"""Characters of a queued message that its commands show."""


class Palette(KeepsFocus, CommandPalette):
    """Textual's palette, without borders and signs."""

    CSS_PATH = "commands.tcss"


@dataclass(frozen=True)
class Command:
    """An action that the palette offers."""

    text: str
    place: DOMNode
    action: str
    """What to run at that place, in Textual's form."""
    key: str = ""
    """Key that does the same, as shown; empty if there is none."""


class ChatCommands(Provider):
    """Actions of the chat, its screen and the app, with the sentences of their bindings."""

    async def discover(self) -> Hits:
        """Yields every command."""
        for command in self._commands():
            yield DiscoveryHit(_row(command, Content(command.text)), Runner(command))

    async def search(self, query: str) -> Hits:
        """Yields the commands that match what was typed."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.text)) > 0:
                shown = _row(command, matcher.highlight(command.text))
                yield Hit(score, shown, Runner(command), command.text)

    def _commands(self) -> Iterator[Command]:
        screen, app = self.screen, self.app
        for node in (screen, *screen.query("Chat, ChatLog, Sidebar"), app):
            yield from _commands_of(node)
        yield from self._queue_commands()
        if screen.check_action("restore_deleted", ()):
            yield Command("Undo the last delete of a conversation", screen, "restore_deleted")
        yield from self._preset_commands()
        yield Command("Load another model", screen, "load_model")
        if screen.check_action("choose_adapter", ()):
            yield Command("Choose an adapter for the model", screen, "choose_adapter")
        if screen.check_action("cancel_load", ()):
            yield Command("Cancel loading the model", screen, "cancel_load")
        if screen.check_action("unload_model", ()):
            yield Command("Free the model until the next question", screen, "unload_model")
        yield Command("Start the core again", screen, "restart_core")
        for is_on, word in ((False, "off (the terminal selects)"), (True, "on")):
            if app.check_action("turn_mouse", (is_on,)):
                yield Command(f"Turn the mouse {word}", app, f"turn_mouse({is_on})")
        yield from self._theme_commands()

    def _theme_commands(self) -> Iterator[Command]:
        from .app import SeeshellApp

        app = self.app
        if isinstance(app, SeeshellApp):
            for name in app.themes.names():
                yield Command(f"Use the {name} theme", app, f"use_theme('{name}')")

    def _preset_commands(self) -> Iterator[Command]:
        """Yields the presets that do not count yet, and the questions that are asked often."""
        from .chat.chat_screen import ChatScreen

        screen = self.screen
        if not isinstance(screen, ChatScreen):
            return
        preset = screen.session.preset
        for template in preset.templates:
            words = visible_line(f"Ask: {template.name}")
            yield Command(words, screen, f"use_template({template.name!r})")
        for it in preset.presets.now.presets:
            if it.name != preset.chosen:
                words = visible_line(f"Use the preset {it.name}")
                yield Command(words, screen, f"use_preset({it.name!r})")
        if preset.chosen:
            yield Command("Use the model's default preset", screen, "use_preset('')")

    def _queue_commands(self) -> Iterator[Command]:
        """Yields what can be done with each of the messages that wait."""
        for chat in self.screen.query(Chat):
            turns = chat.queued
            for turn in turns:
                words = visible_line(words_of(turn))[:_QUOTED]
                if turn is not turns[0]:
                    yield Command(f"Answer first: {words}", chat, f"put_first({turn.id!r})")
                if turn is not turns[-1]:
                    yield Command(f"Answer last: {words}", chat, f"put_last({turn.id!r})")
                yield Command(f"Take back: {words}", chat, f"take_back({turn.id!r})")


@dataclass(frozen=True)
class Runner:
    """Runs a command where it belongs, below the palette."""

    command: Command

    async def __call__(self) -> None:
        """Runs the action."""
        place = self.command.place
        await place.app.run_action(self.command.action, place)


def _row(command: Command, text: Content) -> Content:
    """Returns the command with its key at the end of the row."""
    return Content.assemble(text, " " * (_TEXT_WIDTH - len(command.text)), (command.key, "$accent"))


def _commands_of(node: DOMNode) -> Iterator[Command]:
    """Yields the commands of a place that can be run now."""
    keymap = keymap_of(node.app)
    for binding in type(node).BINDINGS:
        command_id = binding.id if isinstance(binding, Binding) else None
        told = COMMANDS.get(command_id or "")
        if told is None or command_id is None:
            continue
        place = place_of(command_id)
        if place.in_palette and told.in_palette and _is_possible(node, told):
            key = keymap.main_key(command_id)
            display = f"{shown_name(key)} {place.letters if types_text(key) else ''}".strip()
            yield Command(keymap.fill(told.help), node, told.action or told.name, display)


def _is_possible(node: DOMNode, command: ToldCommand) -> bool:
    namespace, name, parameters = actions.parse(command.action or command.name)
    places: dict[str, DOMNode] = {"screen": node.screen, "app": node.app}
    return bool(places.get(namespace, node).check_action(name, parameters))
