"""All branches of a conversation on screen: walked, compared, deleted, or chosen to go on from."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, Literal, NamedTuple

from textual import getters, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ...core.kept import DeletedBranch
from ...core.messages.library_events import TreeRead
from ..chat.hearing import hear
from ..key_line import KeyLine
from ..keys.bindings import fill_keys
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack, Step, WayBack
from ..session.conversation_tree import ConversationTree
from ..session.events import AnswerEnded, AnswerStarted, ConversationShown
from ..session.session import ChatSession
from ..shortened import shorten_middle
from ..visible import visible, visible_line
from .compare_screen import CompareScreen
from .layout import Tree, TreeRow
from .tree_view import TreeView
from .versions import find_pair

_STYLES: Final = [
    Path(__file__).with_name("tree.tcss"),
    Path(__file__).parents[1] / "key_line.tcss",
]

_LAST_COLUMNS: Final = 24
"""Of the first words of what was deleted last."""

Way = Literal["show", "edit", "regenerate", "ask another", "fork"]


class Chosen(NamedTuple):
    """How to go on from a message."""

    way: Way
    row: TreeRow


class TreeScreen(KeepsFocus, GoesBack, ModalScreen[Chosen | None]):
    """Shows the tree of the conversation on screen; closes with what was chosen, or with None."""

    AUTO_FOCUS = "TreeView"
    CSS: ClassVar = "".join(path.read_text("utf-8") for path in _STYLES)

    view = getters.query_one("#tree-view", TreeView)

    def __init__(self, session: ChatSession, read: TreeRead, message: int | None) -> None:
        """Shows a tree.

        Args:
            session: whose conversation it is.
            read: the tree, as it was read.
            message: id of the message to begin at; None for the last one on screen.
        """
        super().__init__()
        self._session = session
        self._first = read, message
        self.way_back = WayBack(
            Step("unmark", lambda: self.view.marked is not None, self._unmark),
            Step("close", lambda: True, lambda: self.dismiss(None)),
        )

    def compose(self) -> ComposeResult:
        """Yields the title, the messages and the keys."""
        yield Static(id="tree-title", markup=False)
        yield TreeView()
        yield KeyLine()

    def on_mount(self) -> None:
        """Shows the tree, and again whenever it changes."""
        for kind in (ConversationShown, AnswerStarted, AnswerEnded):
            hear(self, self._session.events, kind, lambda _: self._read())
        self._show(*self._first)

    @property
    def branches(self) -> ConversationTree:
        """What reads and changes the tree."""
        return self._session.tree

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        row = self.view.row if self.is_mounted else None
        if action == "restore":
            return self.branches.can_restore
        if action == "compare":
            return row is not None and find_pair(self._tree, row.id, self.view.marked) is not None
        needs_row = ("go_on", "delete", "mark")
        return row is not None or action not in needs_row

    def action_go_on(self, way: Way) -> None:
        """Closes with the message at the cursor and what is to be done from there."""
        if self.view.row is not None:
            self.dismiss(Chosen(way, self.view.row))

    def action_mark(self) -> None:
        """Marks the message at the cursor, to be compared with another one; again unmarks it."""
        row = self.view.row
        if row is not None:
            self.view.marked = None if row.id == self.view.marked else row.id
            self.refresh_bindings()

    def action_times(self) -> None:
        """Shows when messages were sent, or no longer."""
        self.view.shows_times = not self.view.shows_times

    @work
    async def action_compare(self) -> None:
        """Shows the message at the cursor beside the marked one, else beside another version."""
        row = self.view.row
        pair = find_pair(self._tree, row.id, self.view.marked) if row else None
        if pair is not None:
            shown = await self.app.push_screen_wait(CompareScreen(self._tree, *pair))
            self.view.go_to(shown)

    @work
    async def action_delete(self) -> None:
        """Deletes the message at the cursor and all below it."""
        row = self.view.row
        if row is None:
            return
        count = self._tree.count_below(row.id)
        if await self.branches.delete(row.id):
            what = "The message is" if count == 1 else f"{count} messages are"
            self.notify(
                visible(fill_keys(self, f"{what} deleted; {{tree.restore}} takes that back.")),
                markup=False,
            )

    @work
    async def action_restore(self) -> None:
        """Takes the last deletion in this conversation back."""
        restored = await self.branches.restore()
        if restored is not None:
            await self._read_now(restored)

    @on(TreeView.Moved)
    def _follow_cursor(self) -> None:
        self.refresh_bindings()

    @on(TreeView.Chosen)
    def _show_branch(self) -> None:
        self.action_go_on("show")

    def _unmark(self) -> None:
        self.view.marked = None
        self.refresh_bindings()

    @work(exclusive=True, group="read")
    async def _read(self) -> None:
        await self._read_now()

    async def _read_now(self, message: int | None = None) -> None:
        read = await self.branches.read()
        if read is None:
            self.dismiss(None)
        else:
            self._show(read, message)

    def _show(self, read: TreeRead, message: int | None) -> None:
        tree = self._tree = Tree(read.conversation, read.ids)
        ends = sum(not tree.children_of(row.id) for row in tree.rows)
        count = len(tree.rows)
        told = "1 message" if count == 1 else f"{count:,} messages"
        if ends > 1:
            told += f" in {ends:,} branches"
        if read.deleted:
            told += f" · {_restorable(self, read.deleted)}"
        self.query_one("#tree-title", Static).update(Content.styled(told, "$text-muted"))
        self.view.show(tree, message)
        self.refresh_bindings()


def _restorable(screen: TreeScreen, deleted: Sequence[DeletedBranch]) -> str:
    """Returns how many branches are deleted, and which of them the key for it brings back."""
    last = shorten_middle(visible_line(deleted[0].text), _LAST_COLUMNS)
    what = f"“{last}”" if last else "a message without words"
    return f"{len(deleted):,} deleted: {fill_keys(screen, '{tree.restore}')} brings back {what}"
