"""Every key, by the place where it works."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from .key_line import KeyLine

_KEYS_WIDTH = 32


class HelpScreen(Screen[None]):
    """The keys of each widget, read from the widgets' own bindings."""

    CSS_PATH = "help_screen.tcss"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,question_mark", "app.pop_screen", "close"),
    ]

    def compose(self) -> ComposeResult:
        """Yields one block of keys a place."""
        with VerticalScroll():
            for title, place in _places():
                yield Static(Content("\n").join(self._lines(title, place)), classes="keys")
        yield KeyLine()

    def _lines(self, title: str, place: type[DOMNode]) -> Iterable[Content]:
        yield Content.styled(title, "bold")
        for binding in place.BINDINGS:
            if isinstance(binding, Binding) and binding.description:
                keys = ", ".join(self._display(key, binding) for key in binding.key.split(","))
                text = binding.tooltip or binding.description
                yield Content.assemble((f"{keys:<{_KEYS_WIDTH}}", "$accent"), text)

    def _display(self, key: str, binding: Binding) -> str:
        return self.app.get_key_display(Binding(key.strip(), binding.action))


def _places() -> list[tuple[str, type[DOMNode]]]:
    from .app import SeeshellApp
    from .chat.chat import Chat
    from .chat.chat_screen import ChatScreen
    from .chat.chips import Chips
    from .chat.prompt import Prompt
    from .chat.sidebar import Sidebar
    from .log import ChatLog

    return [
        ("Everywhere", ChatScreen),
        ("Program", SeeshellApp),
        ("Prompt", Prompt),
        ("Pictures above the prompt", Chips),
        ("Log", ChatLog),
        ("Log: ask again", Chat),
        ("Conversations", Sidebar),
    ]
