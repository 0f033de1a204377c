"""The conversations: a filter, a list, and what can be done with the one under the cursor."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from ..core.conversation import ConversationSummary
from .dialogs import AskLine, Confirm
from .visible import visible_line

_DAY = 86_400

UNTITLED = "Untitled"


class Sidebar(Vertical):
    """Stored conversations, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", tooltip="Open the conversation"),
        Binding("r", "rename", "rename", tooltip="Rename the conversation"),
        Binding("d,delete", "delete", "delete", tooltip="Delete the conversation"),
        Binding("slash", "filter", "filter", tooltip="Filter the conversations"),
        Binding(
            "down", "to_list", "to the list", show=False, tooltip="From the filter to the list"
        ),
    ]

    @dataclass
    class Filtered(Message):
        """The user typed in the filter."""

        query: str

    @dataclass
    class Opened(Message):
        """The user chose a conversation."""

        conversation: int

    @dataclass
    class Renamed(Message):
        """The user gave a conversation another title."""

        conversation: int
        title: str

    @dataclass
    class Deleted(Message):
        """The user wants a conversation gone, and has said so twice."""

        conversation: int

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self._summaries: dict[str, ConversationSummary] = {}
        self._shown: int | None = None

    def compose(self) -> ComposeResult:
        """Yields the filter above the list."""
        yield Input(placeholder="Filter conversations", compact=True, id="sidebar-filter")
        yield OptionList(compact=True, markup=False, id="sidebar-list")

    @property
    def listing(self) -> OptionList:
        """The list of conversations."""
        return self.query_one(OptionList)

    def show_conversations(
        self, summaries: Sequence[ConversationSummary], shown: int | None
    ) -> None:
        """Replaces the list; the cursor stays on its conversation, else on the one on screen."""
        listing = self.listing
        marked = listing.highlighted_option
        wanted = marked.id if marked and listing.has_focus else str(shown)
        self._shown = shown
        self._summaries = {str(summary.id): summary for summary in summaries}
        listing.clear_options()
        listing.add_options(
            Option(_row(summary, is_shown=summary.id == shown), id=str(summary.id))
            for summary in summaries
        )
        if wanted in self._summaries:
            listing.highlighted = listing.get_option_index(wanted)
        elif summaries:
            listing.highlighted = 0

    def mark_shown(self, shown: int | None) -> None:
        """Marks the conversation that is on screen."""
        if shown != self._shown:
            self.show_conversations(tuple(self._summaries.values()), shown)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Letters act on the list only; in the filter they are typed."""
        return action == "to_list" or self.listing.has_focus

    def action_open(self) -> None:
        """Opens the conversation under the cursor."""
        self.listing.action_select()

    def action_to_list(self) -> None:
        """Moves the focus from the filter to the list."""
        self.listing.focus()

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
        self.listing.action_select()

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Opened(int(event.option_id or 0)))

    def _marked(self) -> ConversationSummary | None:
        option = self.listing.highlighted_option
        return self._summaries.get(option.id or "") if option else None


def _row(summary: ConversationSummary, *, is_shown: bool) -> Content:
    mark = "▎" if is_shown else " "
    return Content.assemble(
        (mark, "$accent"),
        visible_line(summary.title) or UNTITLED,
        "\n ",
        (f"{_age(summary.updated_at)} · {summary.message_count} messages", "$text-muted"),
    )


def _age(then: float) -> str:
    """Returns how long ago a moment was, short."""
    seconds = max(time.time() - then, 0)
    if seconds < 60:
        return "now"
    for unit, length in (("d", _DAY), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} ago"
    return "now"
