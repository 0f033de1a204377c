"""The command palette: everything that a key does, and what has no key."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode

from .themes import theme_names

_TEXT_WIDTH = 48


class Palette(CommandPalette):
    """Textual's palette, without borders and signs."""

    CSS_PATH = "commands.tcss"


@dataclass(frozen=True)
class Command:
    """An action that the palette offers."""

    text: str
    action: str
    """Textual's form of an action, with its namespace."""
    key: str = ""
    """Key that does the same, as shown; empty if there is none."""


class ChatCommands(Provider):
    """Actions of the chat screen and the app, with the sentences of their bindings."""

    async def discover(self) -> Hits:
        """Yields every command."""
        for command in self._commands():
            yield DiscoveryHit(_row(command, Content(command.text)), self._runner(command))

    async def search(self, query: str) -> Hits:
        """Yields the commands that match what was typed."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.text)) > 0:
                shown = _row(command, matcher.highlight(command.text))
                yield Hit(score, shown, self._runner(command), command.text)

    def _commands(self) -> Iterator[Command]:
        for namespace, place in (("screen", self.screen), ("app", self.app)):
            for binding in _told_bindings(place):
                display = self.app.get_key_display(binding)
                yield Command(binding.tooltip, f"{namespace}.{binding.action}", display)
        yield Command("Load another model", "screen.load_model")
        yield Command("Start the core again", "screen.restart_core")
        for name in theme_names():
            yield Command(f"Use the {name} theme", f"app.use_theme('{name}')")

    def _runner(self, command: Command) -> "Runner":
        return Runner(self.screen, command.action)


@dataclass(frozen=True)
class Runner:
    """Runs an action on the screen that was below the palette."""

    screen: DOMNode
    action: str

    async def __call__(self) -> None:
        """Runs the action."""
        await self.screen.app.run_action(self.action, self.screen)


def _row(command: Command, text: Content) -> Content:
    """Returns the command with its key at the end of the row."""
    return Content.assemble(text, " " * (_TEXT_WIDTH - len(command.text)), (command.key, "$accent"))


def _told_bindings(place: DOMNode) -> Iterator[Binding]:
    """Yields the place's own bindings that say in a sentence what they do."""
    for binding in type(place).BINDINGS:
        if isinstance(binding, Binding) and binding.tooltip and not binding.system:
            first_key, *_ = binding.key.split(",")
            yield Binding(first_key, binding.action, binding.description, tooltip=binding.tooltip)
