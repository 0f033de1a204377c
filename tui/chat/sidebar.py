"""The conversations: a filter, a list, and what can be done with the one under the cursor."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from ...core.conversation import ConversationSummary
from ..dialogs import AskLine, Confirm
from ..keys.bindings import Keyed, bindings_of
from ..visible import visible_line

_DAY = 86_400

UNTITLED = "Untitled"


@dataclass(frozen=True)
class Listing:
    """What the sidebar shows."""

    conversations: tuple[ConversationSummary, ...] = ()
    """Newest first."""
    shown: int | None = None
    """The one on screen."""


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
        """The user wants a conversation gone, and has said so twice."""

        conversation: int

    def __init__(self, listing: Listing) -> None:
        super().__init__(id="sidebar")
        self._listing = listing

    def compose(self) -> ComposeResult:
        """Yields the filter above the list."""
        yield Input(placeholder="Filter conversations", id="sidebar-filter")
        yield OptionList(compact=True, markup=False, id="sidebar-list")

    def on_mount(self) -> None:
        """Fills the list."""
        self._fill(self._listing.shown)

    def show(self, listing: Listing) -> None:
        """Replaces the list; the cursor stays on its conversation, else on the one on screen."""
        marked = self._marked()
        self._listing = listing
        if self.is_mounted:
            self._fill(marked.id if marked and self._list.has_focus else listing.shown)

    def focus_list(self) -> None:
        """Gives the list the focus."""
        self._list.focus()

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
        ids = [summary.id for summary in self._listing.conversations]
        self._list.clear_options()
        self._list.add_options(_options(self._listing))
        if ids:
            self._list.highlighted = ids.index(cursor) if cursor in ids else 0

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Letters act on the list only; in the filter they are typed."""
        return action == "to_list" or (self.is_mounted and self._list.has_focus)

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
        if summary := self._marked():
            title = await self.app.push_screen_wait(AskLine("Title", summary.title))
            if title:
                self.post_message(self.Renamed(summary.id, title))

    @work
    async def action_delete(self) -> None:
        """Asks whether the conversation under the cursor may go."""
        if summary := self._marked():
            question = f"Delete “{summary.title}” with its {summary.message_count} messages?"
            if await self.app.push_screen_wait(Confirm(question)):
                self.post_message(self.Deleted(summary.id))

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
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

    def on_descendant_blur(self) -> None:
        """Tells that no conversation is under the cursor any more."""
        self.post_message(self.Highlighted(None))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Opened(int(event.option_id or 0)))

    def _marked(self) -> ConversationSummary | None:
        """Returns the conversation under the cursor."""
        cursor = self._list.highlighted if self.is_mounted else None
        return None if cursor is None else self._listing.conversations[cursor]


def _options(listing: Listing) -> list[Option]:
    return [
        Option(_row(summary, is_shown=summary.id == listing.shown), id=str(summary.id))
        for summary in listing.conversations
    ]


def _row(summary: ConversationSummary, *, is_shown: bool) -> Content:
    mark = "▎" if is_shown else " "
    return Content.assemble(
        (mark, "$accent"),
        visible_line(summary.title) or UNTITLED,
        "\n ",
        (f"{_age(summary.updated_at)} · {summary.message_count} messages", "$text-muted"),
    )


def _age(then: float) -> str:
    """Returns how long ago a moment was; after a week its date."""
    seconds = max(time.time() - then, 0)
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 7 * _DAY:
        return f"{int(seconds // _DAY)} d ago"
    return time.strftime("%Y-%m-%d", time.localtime(then))
