"""What the user has to decide: above the prompt, which keeps the focus, until it is answered."""

from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..keys.bindings import fill_keys, keymap_of
from ..session.decisions import Decision
from ..session.events import DecisionsChanged
from ..session.session import ChatSession
from ..visible import visible
from .hearing import hear
from .ways_out import WAYS_OUT

_CLOSE = ("screen.back", "closes this")


class DecisionNotice(Widget):
    """Says what was not done, the newest last, and which keys help."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"decision-notice--key"}

    decisions: reactive[tuple[Decision, ...]] = reactive[tuple[Decision, ...]]((), layout=True)
    """Those that are to be made; none take no row."""

    def __init__(self, session: ChatSession) -> None:
        super().__init__()
        self._session = session
        self.display = False

    def on_mount(self) -> None:
        """Shows what is to be decided, now and whenever that changes."""
        hear(self, self._session.events, DecisionsChanged, lambda _: self._show())
        self._show()

    def watch_decisions(self, decisions: tuple[Decision, ...]) -> None:
        """Takes no row while there is nothing to decide."""
        self.display = bool(decisions)

    def render(self) -> Content:
        """Returns the sentences, and the keys for the newest one."""
        rows = [Content(fill_keys(self, visible(decision.sentence))) for decision in self.decisions]
        if self.decisions:
            rows.append(self._keys(self.decisions[-1]))
        return Content("\n").join(rows)

    def _show(self) -> None:
        self.decisions = self._session.decisions.open

    def _keys(self, decision: Decision) -> Content:
        style = self.get_visual_style("decision-notice--key")
        keymap = keymap_of(self.app)
        ways = [WAYS_OUT[way_out] for way_out in decision.ways_out] + [_CLOSE]
        what, tokens = decision.room.words, decision.room.freed_tokens
        return Content(", ").join(
            Content.assemble(
                (keymap.show(command), style), f" {effect.format(what=what, tokens=tokens)}"
            )
            for command, effect in ways
        )
