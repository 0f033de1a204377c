"""What the user has to decide: above the prompt, which keeps the focus, until it is answered."""

from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..session.decisions import Decision, WayOut
from ..visible import visible

KEYS: dict[WayOut, tuple[str, str]] = {
    "load again": ("f5", "tries again"),
    "restore": ("f5", "restores it"),
    "load another": ("f6", "chooses another model"),
    "start new": ("f6", "starts a new conversation"),
}
"""The key of each way out, and what it does."""


class DecisionNotice(Widget):
    """Says what was not done, the newest last, and which keys help."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"decision-notice--key"}

    decisions: reactive[tuple[Decision, ...]] = reactive[tuple[Decision, ...]]((), layout=True)
    """Those that are to be made; none take no row."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False

    def watch_decisions(self, decisions: tuple[Decision, ...]) -> None:
        """Takes no row while there is nothing to decide."""
        self.display = bool(decisions)

    def render(self) -> Content:
        """Returns the sentences, and the keys for the newest one."""
        rows = [Content(visible(decision.sentence)) for decision in self.decisions]
        if self.decisions:
            rows.append(self._keys(self.decisions[-1]))
        return Content("\n").join(rows)

    def _keys(self, decision: Decision) -> Content:
        style = self.get_visual_style("decision-notice--key")
        ways = [KEYS[way_out] for way_out in decision.ways_out] + [("esc", "closes this")]
        return Content(", ").join(
            Content.assemble((key, style), f" {effect}") for key, effect in ways
        )
