"""Two messages side by side: they scroll together, and the words that differ are marked."""

import asyncio
from pathlib import Path
from typing import ClassVar, Final

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from ..key_line import KeyLine
from ..keys.focus import KeepsFocus
from .compare import Compared, compare
from .compared_log import ComparedLog
from .layout import Tree
from .versions import other_version

_STYLES: Final = [
    Path(__file__).with_name("tree.tcss"),
    Path(__file__).parents[1] / "key_line.tcss",
]
_NARROWEST: Final = 72
"""Columns of a terminal in which two texts can stand beside each other."""


class CompareScreen(KeepsFocus, ModalScreen[int]):
    """Shows two messages of a tree; closes with the id of the one that had the keys."""

    AUTO_FOCUS = "#compared-right"
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)

    left = getters.query_one("#compared-left", ComparedLog)
    right = getters.query_one("#compared-right", ComparedLog)

    def __init__(self, tree: Tree, left: int, right: int) -> None:
        """Shows two messages.

        Args:
            tree: in which they stand.
            left: id of the message at the left, or above.
            right: id of the other one.
        """
        super().__init__()
        self._tree = tree
        self._shown = left, right
        self._line = 0
        """The first line in view of the longer one, which the other one follows."""
        self._compared: Compared | None = None
        self._is_stacked: bool | None = None
        """Whether one stands below the other, as the user wants; None for as there is room."""

    def compose(self) -> ComposeResult:
        """Yields what both have in common, the messages and the keys."""
        yield Static(id="compared-title", markup=False)
        with Container(id="compared"):
            yield ComparedLog(self.scroll_both, "compared-left")
            yield ComparedLog(self.scroll_both, "compared-right")
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows both once there is room for them."""
        for log, message in zip(self.logs, self._shown, strict=True):
            log.show_one(self._tree.message(message))
        self._arrange()

    def on_resize(self, _event: Resize) -> None:
        """Wraps and marks both anew."""
        self._arrange()

    @property
    def logs(self) -> tuple[ComparedLog, ComparedLog]:
        """Both, the left one first."""
        return self.left, self.right

    def scroll_both(self, distance: int) -> None:
        """Scrolls the longer one by some lines, and the other to what stands for them there."""
        is_left = self.left.last_line >= self.right.last_line
        leader, follower = self.logs if is_left else self.logs[::-1]
        self._line = max(0, min(self._line + distance, leader.last_line))
        leader.show_line(self._line)
        follower.show_line(self._line_across(leader, follower))

    def _line_across(self, leader: ComparedLog, follower: ComparedLog) -> int:
        """Returns the line that stands for the leader's first one in view."""
        compared = self._compared
        if compared is None or not compared.is_marked or not self._line:
            return self._line
        place = leader.text.begin_of(self._line)
        across = compared.across(place, from_left=leader is self.left)
        return follower.text.line_at(across)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        if action == "show_version":
            return self._other(*parameters) is not None
        if action == "toggle_thoughts":
            return any(log.transcript.views[0].has_folded_thoughts for log in self.logs)
        return True

    def action_close(self) -> None:
        """Closes with the message that has the keys."""
        self.dismiss(self._keyed.message.id)

    def action_turn(self) -> None:
        """Puts one below the other, or beside it."""
        self._is_stacked = not self._stands_stacked
        self._arrange()

    def action_toggle_thoughts(self) -> None:
        """Shows the thoughts of both, or folds them."""
        for log in self.logs:
            log.shows_thoughts = not log.shows_thoughts
        self._mark()

    def action_show_version(self, distance: int) -> None:
        """Shows another version in place of the message that has the keys."""
        other = self._other(distance)
        if other is not None:
            self._keyed.show_one(self._tree.message(other))
            self.scroll_both(-self._line)
            self._mark()
            self.refresh_bindings()

    @property
    def _keyed(self) -> ComparedLog:
        return self.left if self.left.has_focus else self.right

    @property
    def _stands_stacked(self) -> bool:
        if self._is_stacked is not None:
            return self._is_stacked
        return self.size.width < _NARROWEST

    def _other(self, distance: object) -> int | None:
        """Returns the version that a key would show where the keys are."""
        if not isinstance(distance, int):
            return None
        beside = self.right if self._keyed is self.left else self.left
        return other_version(self._tree, self._keyed.message.id, distance, but=beside.message.id)

    def _arrange(self) -> None:
        self.query_one("#compared").set_class(self._stands_stacked, "-stacked")
        self.call_after_refresh(self._mark)

    @work(exclusive=True, group="mark")
    async def _mark(self) -> None:
        """Marks what differs; long texts are compared beside the interface."""
        left, right = (log.read_text() for log in self.logs)
        compared = await asyncio.to_thread(compare, left.text, right.text)
        self._compared = compared
        self.left.mark(left, compared.left if compared.is_marked else ())
        self.right.mark(right, compared.right if compared.is_marked else ())
        self.scroll_both(0)
        if compared.is_marked:
            told = "the same words in both"
            if compared.left or compared.right:
                told = f"{compared.common:.0%} of the words are the same, the others are marked"
        else:
            told = "little in common: nothing is marked"
        self.query_one("#compared-title", Static).update(Content.styled(told, "$text-muted"))
