"""How much is drawn on the line to the terminal: all that helps, or on a slow one less."""

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from .terminal.facts import TerminalFacts

if TYPE_CHECKING:
    from textual.app import App


class LineProfile(NamedTuple):
    """What is drawn, and how often."""

    draw_seconds: float
    """Least seconds between two drawings of text that streams."""
    status_seconds: int
    """Seconds between two drawings of what the status bar counts."""
    picture_rows: int
    """Most rows of a picture beside text."""
    mark_seconds: float
    """Least seconds between two drawings of boxes that a streaming answer adds to a picture."""
    is_slow: bool = False

    def blinks(self, setting: bool) -> bool:
        """Returns whether the cursor blinks: each blink costs bytes."""
        return setting and not self.is_slow

    def terminal(self, facts: TerminalFacts, *, is_forced: bool) -> TerminalFacts:
        """Returns what of the terminal is used.

        Args:
            facts: what it can show.
            is_forced: whether the user has said how pictures are drawn.
        """
        if self.is_slow and facts.images != "none" and not is_forced:
            return replace(facts, images="halfblock")
        return facts


FAST: Final = LineProfile(1 / 20, 1, 1_000, 0.5)
SLOW: Final = LineProfile(1 / 6, 5, 6, 3.0, is_slow=True)
"""Half blocks of 6 rows take about 3 KB; text comes at 6 Hz, and nothing else moves."""


def line_of(app: "App[object]") -> LineProfile:
    """Returns the profile in force in an app: its own `line`, if it has one."""
    line: LineProfile = getattr(app, "line", FAST)
    return line
