"""What the user has to decide: above the prompt, which keeps the focus, until it is answered."""

from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..keys.bindings import fill_keys, keymap_of
from ..session.decisions import Decision, WayOut
from ..session.events import DecisionsChanged
from ..session.session import ChatSession
from ..visible import visible
from .hearing import hear

_COMMANDS: dict[WayOut, tuple[str, str]] = {
    "load again": ("chat.load_again", "tries again"),
    "restore": ("chat.restore", "restores it"),
    "load another": ("chat.load_another", "chooses another model"),
    "start new": ("chat.start_new", "starts a new conversation"),
}
"""The command of each way out, and what it does."""
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
        """Listens for what is to be decided."""
        hear(self, self._session.events, DecisionsChanged, self._show)

    def offers(self, ways_out: tuple[object, ...]) -> bool:
        """Whether the newest decision can be made by one of these ways out."""
        newest = self._session.decisions.newest
        return newest is not None and not {*newest.ways_out}.isdisjoint(ways_out)

    async def take(self, way_out: WayOut) -> None:
        """Goes a way out that the newest decision offers."""
        session, decision = self._session, self._session.decisions.newest
        match way_out:
            case "load again" if decision is not None:
                await session.model.load(decision.model)
            case "load another":
                await self.screen.run_action("load_model")
            case "restore":
                await session.restore_shown()
            case "start new":
                session.start_new()

    def close(self) -> None:
        """Leaves it at what became of the newest one."""
        if (newest := self._session.decisions.newest) is not None:
            self._session.decisions.settle(newest.matter)

    def watch_decisions(self, decisions: tuple[Decision, ...]) -> None:
        """Takes no row while there is nothing to decide."""
        self.display = bool(decisions)

    def render(self) -> Content:
        """Returns the sentences, and the keys for the newest one."""
        rows = [Content(fill_keys(self, visible(decision.sentence))) for decision in self.decisions]
        if self.decisions:
            rows.append(self._keys(self.decisions[-1]))
        return Content("\n").join(rows)

    def _show(self, _event: DecisionsChanged) -> None:
        self.decisions = self._session.decisions.open

    def _keys(self, decision: Decision) -> Content:
        style = self.get_visual_style("decision-notice--key")
        keymap = keymap_of(self.app)
        ways = [_COMMANDS[way_out] for way_out in decision.ways_out] + [_CLOSE]
        return Content(", ").join(
            Content.assemble((keymap.show(command), style), f" {effect}")
            for command, effect in ways
        )
