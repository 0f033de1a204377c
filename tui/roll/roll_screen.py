"""A roll on screen: its table fills as answers come; a row is read, asked again, or asked on."""

from pathlib import Path
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from ...core.roll import RollRow
from ...core.wording import describe_wait
from ..chat.hearing import hear
from ..clipboard.copying_app import copy_text
from ..key_line import KeyLine
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack, Step, WayBack
from ..pictures import Pictures
from ..session.events import RollProgressed
from ..session.roll_rows import Arrangement
from ..session.rolls import Rolls
from ..session.session import ChatSession
from ..session.shown_roll import ShownRoll
from ..visible import visible, visible_line
from .roll_table import RollTable

_REFRESH_SECONDS: Final = 0.1
"""Shortest time from one look at the rows to the next, however many end."""

_STYLES: Final = [
    Path(__file__).with_name("roll.tcss"),
    Path(__file__).parents[1] / "key_line.tcss",
]


class RollScreen(KeepsFocus, GoesBack, ModalScreen[int | None]):
    """Shows the roll that the session follows; closes with the row to go on from, else with None.

    Closing it leaves the roll alone.
    """

    AUTO_FOCUS = "RollTable"
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)

    table = getters.query_one(RollTable)

    def __init__(self, session: ChatSession, pictures: Pictures | None) -> None:
        """Shows the session's roll.

        Args:
            session: follows the roll.
            pictures: draws thumbnails; None for none.
        """
        super().__init__()
        self._session = session
        self._pictures = pictures
        self._arrangement = Arrangement()
        self._refreshing: Timer | None = None
        self.way_back = WayBack(
            Step("clear filter", lambda: self._arrangement.is_filtering, self._clear_filter),
            Step("close", lambda: True, lambda: self.dismiss(None)),
        )

    def compose(self) -> ComposeResult:
        """Yields the question, how far it is, the rows, the answer at the cursor, and the keys."""
        yield Static(id="roll-question", markup=False)
        yield Static(id="roll-progress", markup=False)
        yield RollTable(self._pictures)
        yield Static(id="roll-answer", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Follows the roll."""
        hear(self, self._session.events, RollProgressed, lambda _: self._refresh_soon())
        self._show()

    @property
    def rolls(self) -> Rolls:
        """What is asked of the core about the roll."""
        return self._session.rolls

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        roll, row = self.rolls.shown, self.table.marked if self.is_mounted else None
        if roll is None:
            return action == "back"
        has_answer = row is not None and row.answer is not None
        return {
            "open": has_answer and row is not None and row.picture is not None,
            "copy": has_answer,
            "retry": has_answer,
            "retry_failed": roll.summary.failed > 0,
            "turn": roll.summary.waiting > 0,
        }.get(action, True)

    def word_of(self, binding: Binding) -> str:
        """Returns the binding's word in the key line."""
        roll = self.rolls.shown
        if binding.action == "screen.turn" and roll is not None and not roll.summary.is_running:
            return "go on"
        return super().word_of(binding)

    def action_open(self) -> None:
        """Closes with the row at the cursor, of which a conversation is made."""
        row = self.table.marked
        if row is not None and row.picture is not None and row.answer is not None:
            self.dismiss(row.position)

    @work
    async def action_turn(self) -> None:
        """Pauses the roll, or lets it go on."""
        await self.rolls.turn()

    @work
    async def action_retry(self) -> None:
        """Asks again about the picture at the cursor."""
        if row := self.table.marked:
            await self.rolls.retry(row.position)

    @work
    async def action_retry_failed(self) -> None:
        """Asks again about all that failed."""
        await self.rolls.retry()

    def action_sort(self) -> None:
        """Sorts by the next column."""
        self._arrange(self._arrangement.sorted_otherwise())

    def action_reverse(self) -> None:
        """Sorts the other way round."""
        is_reversed = not self._arrangement.is_reversed
        self._arrange(replace(self._arrangement, is_reversed=is_reversed))

    def action_states(self) -> None:
        """Shows the rows of other states."""
        self._arrange(self._arrangement.filtered_otherwise())

    @work
    async def action_filter(self) -> None:
        """Asks for words that rows must hold."""
        from ..dialogs import AskLine

        words = await self.app.push_screen_wait(
            AskLine("Show the rows that hold these words", self._arrangement.words)
        )
        if words is not None:
            self._arrange(replace(self._arrangement, words=words))

    def action_copy(self) -> None:
        """Copies the answer at the cursor."""
        row = self.table.marked
        if row is not None and row.answer is not None:
            copy_text(self.app, visible(row.answer.text), "Answer")

    @on(RollTable.Moved)
    def _show_answer(self) -> None:
        row = self.table.marked
        self.query_one("#roll-answer", Static).update(_answer_of(row) if row else "")
        self.refresh_bindings()

    @on(RollTable.Chosen)
    def _open(self) -> None:
        self.action_open()

    def _clear_filter(self) -> None:
        self._arrange(replace(self._arrangement, shown="all", words=""))

    def _arrange(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        self._show()

    def _refresh_soon(self) -> None:
        if self._refreshing is None:
            self._refreshing = self.set_timer(_REFRESH_SECONDS, self._refresh_now)

    def _refresh_now(self) -> None:
        self._refreshing = None
        self._show()

    def _show(self) -> None:
        roll = self.rolls.shown
        if roll is None:
            self.dismiss(None)
            return
        question = visible_line(roll.summary.question.text)
        self.query_one("#roll-question", Static).update(question)
        self.query_one("#roll-progress", Static).update(self._progress_of(roll))
        self.table.show(roll, self._arrangement.arrange(roll.rows))
        self.refresh_bindings()

    def _progress_of(self, roll: ShownRoll) -> Content:
        summary, how = roll.summary, self._arrangement
        words = [f"{summary.done + summary.failed} of {summary.rows}"]
        if summary.failed:
            words.append(f"{summary.failed} failed")
        if roll.seconds_each is not None and roll.seconds_left is not None:
            words += [f"{roll.seconds_each:.2g} s each", f"{describe_wait(roll.seconds_left)} left"]
        elif summary.waiting:
            words.append("waiting for its model" if summary.is_running else "paused")
        if how.order != "picture" or how.is_reversed:
            words.append(f"by {how.order}{', the last first' if how.is_reversed else ''}")
        if how.shown != "all":
            words.append(f"only {how.shown}")
        if how.words:
            words.append(f"with “{visible_line(how.words)}”")
        told = Content.styled(" · ".join(words), "$text-muted")
        problem = Content.styled(visible_line(summary.problem), "$warning")
        return Content(" ").join([told, problem]) if summary.problem else told


def _answer_of(row: RollRow) -> Content:
    """Returns all that a row says, for reading."""
    own = f" · {row.source.question}" if row.source.question else ""
    name = Content.styled(visible_line(row.name + own), "$text-muted")
    if row.answer is None:
        return name
    texts = [Content(visible(row.answer.text))] if row.answer.text else []
    errors = [Content.styled(visible(row.answer.error), "$warning")] if row.answer.error else []
    return Content("\n").join([name, *texts, *errors])
