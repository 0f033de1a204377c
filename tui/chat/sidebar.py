"""The conversations: a filter, a list, and what can be done with the one under the cursor."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ..keys.bindings import Keyed, bindings_of
from ..session.listed_conversations import ListedConversation
from ..size_watcher import watch_size
from .conversation_row import conversation_row

_NONE_YET = "Conversations will be listed here: the first question begins one."
_NONE_FOUND = "No conversation has all of these words."


@dataclass(frozen=True)
class Listing:
    """What the sidebar shows."""

    conversations: tuple[ListedConversation, ...] = ()
    """Newest first."""
    shown: int | None = None
    """The one on screen."""
    is_read: bool = False
    """Whether the core has told them; until then nothing says that there are none."""


class Sidebar(Keyed, Vertical):
    """Stored conversations, newest first."""

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")

    BINDINGS: ClassVar[list[BindingType]] = bindings_of("list")

    @dataclass
    class Filtered(Message):
        """The user typed in the filter."""

        query: str

    @dataclass
    class Opened(Message):
        """The user chose a conversation."""

        conversation: int

    @dataclass
    class Highlighted(Message):
        """The cursor came to a conversation, or left the list: None."""

        conversation: int | None

    @dataclass
    class Renamed(Message):
        """The user gave a conversation another title."""

        conversation: int
        title: str

    @dataclass
    class Deleted(Message):
        """The user wants a conversation gone."""

        conversation: int

    @dataclass
    class Restored(Message):
        """The user wants a deleted conversation back."""

        conversation: int

    def __init__(self, listing: Listing) -> None:
        super().__init__(id="sidebar")
        self._listing = listing
        self._awaits_list = False
        """Whether the filter has the focus only because there is no list yet."""

    def compose(self) -> ComposeResult:
        """Yields the filter above the list."""
        yield Input(placeholder="Filter conversations", id="sidebar-filter")
        yield OptionList(compact=True, markup=False, id="sidebar-list")

    def on_mount(self) -> None:
        """Fills the list, and again for every width."""
        watch_size(self._list, lambda: self._fill(self._cursor_id()))
        self._fill(self._listing.shown)

    def show(self, listing: Listing) -> None:
        """Replaces the list; the cursor stays on its conversation, else on the one on screen."""
        cursor = self._cursor_id()
        self._listing = listing
        if self.is_mounted:
            has_cursor = cursor is not None and self._list.has_focus
            self._fill(cursor if has_cursor else listing.shown)
            if self._awaits_list and listing.conversations:
                self.focus_list()

    def focus_list(self) -> None:
        """Gives the list the focus; where it is empty the filter, until the list comes."""
        self._awaits_list = not self._listing.conversations
        (self.query_one(Input) if self._awaits_list else self._list).focus()

    @property
    def is_filtering(self) -> bool:
        """Whether keys go to the filter, or to a list that it makes shorter."""
        filter_field = self.query_one(Input) if self.is_mounted else None
        return filter_field is not None and (
            filter_field.has_focus or (self._list.has_focus and bool(filter_field.value))
        )

    def leave_filter(self) -> None:
        """Shows all conversations again and gives the list the keys."""
        self.query_one(Input).value = ""
        self._list.focus()

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def _fill(self, cursor: int | None) -> None:
        """Writes the rows; a cursor whose conversation is gone keeps its place."""
        rows, listed = self._listing.conversations, self._list
        ids = [row.summary.id for row in rows]
        before, top = listed.highlighted or 0, listed.scroll_offset.y
        width = max(listed.scrollable_content_region.width, 1)
        with self.app.batch_update():
            listed.clear_options()
            listed.add_options(self._options(width))
            listed.scroll_to(y=top, animate=False, force=True)
            if ids:
                listed.highlighted = (
                    ids.index(cursor) if cursor in ids else min(before, len(ids) - 1)
                )
        self._tell_empty()

    def _tell_empty(self) -> None:
        """Says what would be in a list that is empty."""
        is_empty = self._listing.is_read and not self._listing.conversations
        self.set_class(is_empty, "-empty")
        if is_empty:
            has_words = bool(self.query_one(Input).value.strip())
            text = _NONE_FOUND if has_words else _NONE_YET
            if notes := self.query(Static):
                notes.first().update(text)
            else:
                self.mount(Static(text, id="sidebar-empty", markup=False), before=self._list)

    def _options(self, width: int) -> list[Option]:
        shown = self._listing.shown
        return [
            Option(
                conversation_row(row, width, is_shown=row.summary.id == shown),
                id=str(row.summary.id),
            )
            for row in self._listing.conversations
        ]

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Letters act on the list only; in the filter they are typed."""
        if action == "to_list":
            return True
        if not (self.is_mounted and self._list.has_focus):
            return False
        marked = self._marked()
        is_deleted = marked is not None and marked.state == "deleted"
        if action in ("rename", "delete"):
            return marked is not None and not is_deleted
        return is_deleted if action == "restore" else True

    def action_open(self) -> None:
        """Opens the conversation under the cursor."""
        self._list.action_select()

    def action_to_list(self) -> None:
        """Moves the focus from the filter to the list."""
        self._list.focus()

    def action_filter(self) -> None:
        """Moves the focus to the filter."""
        self.query_one(Input).focus()

    @work
    async def action_rename(self) -> None:
        """Asks for another title of the conversation under the cursor."""
        if row := self._marked():
            from ..dialogs import AskLine

            title = await self.app.push_screen_wait(AskLine("Title", row.summary.title))
            if title:
                self.post_message(self.Renamed(row.summary.id, title))

    @work
    async def action_delete(self) -> None:
        """Deletes the conversation under the cursor; asks first where that stops an answer."""
        row = self._marked()
        if row is None:
            return
        if row.state == "answering":
            from ..dialogs import Confirm

            question = f"“{row.summary.title}” is being answered. Stop the answer and delete it?"
            if not await self.app.push_screen_wait(Confirm(question)):
                return
        self.post_message(self.Deleted(row.summary.id))

    def action_restore(self) -> None:
        """Undoes the deletion of the conversation under the cursor."""
        if row := self._marked():
            self.post_message(self.Restored(row.summary.id))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._awaits_list = False
        self.post_message(self.Filtered(event.value))

    @on(Input.Submitted)
    def _open_first(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.action_select()

    @on(OptionList.OptionHighlighted)
    def _tell_highlight(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self._list.has_focus:
            self.post_message(self.Highlighted(int(event.option_id or 0)))
            self.refresh_bindings()

    def on_descendant_blur(self) -> None:
        """Tells that no conversation is under the cursor any more."""
        self._awaits_list = False
        self.post_message(self.Highlighted(None))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        row = self._marked()
        if row is not None and row.state == "deleted":
            self.post_message(self.Restored(row.summary.id))
        self.post_message(self.Opened(int(event.option_id or 0)))

    def _marked(self) -> ListedConversation | None:
        """Returns the conversation under the cursor."""
        cursor = self._list.highlighted if self.is_mounted else None
        return None if cursor is None else self._listing.conversations[cursor]

    def _cursor_id(self) -> int | None:
        marked = self._marked()
        return marked.summary.id if marked else None
