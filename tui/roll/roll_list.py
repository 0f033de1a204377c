"""All rolls, newest first: one is opened, deleted, or another one begun."""

from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from ...core.roll import RollSummary
from ..chat.chooser import Chooser
from ..key_line import KeyLine
from ..keys.bindings import bindings_of
from ..session.rolls import Rolls
from ..visible import visible_line

NEW: Final = 0
"""What the list closes with where another roll is to be begun."""


class RollList(Chooser[int]):
    """Closes with the id of the roll to show, `NEW`, or None."""

    CSS_PATH: ClassVar = ["../chat/chooser.tcss", "../key_line.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("rolls")

    def __init__(self, rolls: Rolls, listed: tuple[RollSummary, ...]) -> None:
        """Lists rolls.

        Args:
            rolls: deletes them.
            listed: what is there, newest first.
        """
        super().__init__()
        self._rolls = rolls
        self._listed = list(listed)

    def compose(self) -> ComposeResult:
        """Yields the heading, the rolls and the keys."""
        with Vertical(id="chooser"):
            yield Static("One question over many pictures", classes="heading", markup=False)
            yield OptionList(markup=False, compact=True)
            yield KeyLine()

    def on_mount(self) -> None:
        """Fills the list."""
        self._fill(0)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        return bool(self._listed) if action in ("open", "delete") else True

    def action_open(self) -> None:
        """Closes with the roll at the cursor."""
        self.rows.action_select()

    def action_new(self) -> None:
        """Closes so that another roll is begun."""
        self.dismiss(NEW)

    @work
    async def action_delete(self) -> None:
        """Deletes the roll at the cursor, once that is confirmed."""
        from ..dialogs import Confirm

        place = self.rows.highlighted
        if place is None or place >= len(self._listed):
            return
        roll = self._listed[place]
        question = (
            f"Delete the {roll.rows:,} rows of “{visible_line(roll.question.text)}” for good?"
        )
        if await self.app.push_screen_wait(Confirm(question)):
            await self._rolls.delete(roll.id)
            self._listed.remove(roll)
            self._fill(place)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._listed):
            self.dismiss(self._listed[event.option_index].id)

    def _fill(self, place: int) -> None:
        rows = [_row_of(roll) for roll in self._listed]
        empty = Content.styled("Nothing was asked about many pictures yet.", "$text-muted")
        self.rows.set_options(rows or [empty])
        self.rows.highlighted = min(place, len(rows) - 1) if rows else None
        self.refresh_bindings()


def _row_of(roll: RollSummary) -> Content:
    state = "running" if roll.is_running else "paused" if roll.waiting else "done"
    failed = f", {roll.failed} failed" if roll.failed else ""
    told = f"{roll.done + roll.failed} of {roll.rows}{failed} · {state}"
    return Content.assemble(
        (f"{told:<34}", "$text-muted"), visible_line(roll.question.text) or "no question"
    )
