"""The row of sidebar, chat and preview: docked where there is room, else laid over the chat."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.containers import Horizontal
from textual.reactive import var
from textual.widget import Widget

from ...core.conversation import Attachment
from ..log import ChatLog
from ..scarcity import Scarcity, scarcity_named
from ..session.draft import Draft, DraftPicture
from ..session.events import (
    AnswerStarted,
    ConversationsFound,
    ConversationShown,
    DraftChanged,
)
from ..session.session import ChatSession
from ..size_watcher import watch_size
from .chips import Chips
from .composer import Composer
from .hearing import hear

if TYPE_CHECKING:
    from ..library.panel import LibraryPanel
    from ..picker import PreviewPane
    from ..pictures import Pictures
    from .sidebar import Sidebar

Previewed = Attachment | Path | str | None
"""A picture, or the sentence that says why there is none."""

PanelName = Literal["sidebar", "preview"]


class Panels(Horizontal):
    """Keeps which side panels are open, for wide and for narrow terminals apart.

    A docked panel stays until it is toggled; an overlay also goes with Escape. Panels are made
    when they are first open, so that the first frame does not wait for them.
    """

    DEFAULT_CSS = Path(__file__).with_suffix(".tcss").read_text("utf-8")
    DOCK_WIDTHS: ClassVar[dict[PanelName, int]] = {"sidebar": 120, "preview": 160}
    """Columns of the terminal from which a panel can stay open beside the chat."""

    preview: var[Previewed] = var(None)
    """Picture that the preview shows, or would if it were open; or why there is none."""
    shows_fed: var[bool] = var(False)
    """Whether the preview shows what the model is given in place of the picture itself."""

    def __init__(self, session: ChatSession, pictures: Callable[[], "Pictures"]) -> None:
        super().__init__()
        self._session = session
        self._pictures = pictures
        self._open_docked: set[PanelName] = {"sidebar"}
        self._open_over: set[PanelName] = set()
        self._columns = 0
        """Width of the terminal."""
        self._sidebar: Sidebar | None = None
        self._pane: PreviewPane | None = None

    def on_mount(self) -> None:
        """Listens for what changes the list, and which picture is the newest."""
        for widget in (self, self._composer):
            watch_size(widget, self._keep_prompt_free)
        events = self._session.events
        hear(self, events, ConversationShown, self._show_conversation)
        hear(self, events, ConversationsFound, lambda _: self._show_list())
        hear(self, events, AnswerStarted, lambda it: self._note(it.question.attachments))
        hear(self, events, DraftChanged, self._note_draft)

    @property
    def _composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def has_overlay(self) -> bool:
        """Whether a panel lies over the chat."""
        return any(self.is_open(name) and not self._is_docked(name) for name in self.DOCK_WIDTHS)

    @property
    def has_sidebar_focus(self) -> bool:
        """Whether keys go to the conversations."""
        return self._sidebar is not None and self._sidebar.has_focus_within

    @property
    def is_filtering(self) -> bool:
        """Whether a filter of the conversations can be left."""
        return self._sidebar is not None and self._sidebar.is_filtering

    def leave_filter(self) -> None:
        """Shows all conversations again, with the keys in their list."""
        if self._sidebar is not None:
            self._sidebar.leave_filter()

    def is_open(self, name: PanelName) -> bool:
        """Whether the panel is on screen."""
        return name in (self._open_docked if self._is_docked(name) else self._open_over)

    def toggle(self, name: PanelName) -> None:
        """Opens or closes a panel."""
        names = self._open_docked if self._is_docked(name) else self._open_over
        names ^= {name}
        self.arrange_panels()

    def close_overlay(self) -> None:
        """Closes the panels that lie over the chat."""
        self._open_over.clear()
        self.arrange_panels()

    def open_preview(self, picture: Previewed) -> None:
        """Shows a picture in the preview, which is opened if it is not."""
        self.preview = picture
        if not self.is_open("preview"):
            self.toggle("preview")
        self.screen.refresh_bindings()

    def focus_sidebar(self) -> None:
        """Gives the list of conversations the focus, once it is there."""
        self.arrange_panels()
        if self._sidebar is not None:
            self.call_after_refresh(self._sidebar.focus_list)

    def fit(self, columns: int) -> None:
        """Rearranges what is there for a terminal so wide; before its first frame at that width."""
        self._columns = columns
        self._arrange("sidebar", self._sidebar)
        self._arrange("preview", self._pane)
        self.call_after_refresh(self.arrange_panels)

    def arrange_panels(self) -> None:
        """Shows the panels that are open, and makes those that were never open before."""
        if self._sidebar is None and self.is_open("sidebar"):
            from .sidebar import Sidebar

            self._sidebar = Sidebar(self._session)
            self.mount(self._sidebar, before=0)
        if self._pane is None and self.is_open("preview"):
            self._add_pane()
        self._arrange("sidebar", self._sidebar)
        self._arrange("preview", self._pane)
        self._keep_prompt_free()

    def watch_preview(self, picture: Previewed) -> None:
        """Shows the picture, or why there is none, if the pane is there."""
        self._show_in_pane(picture)

    def watch_shows_fed(self, shows_fed: bool) -> None:
        """Shows the picture, or what the model is given of it, if the pane is there."""
        if self._pane is not None:
            self._pane.shows_fed = shows_fed

    def _show_conversation(self, event: ConversationShown) -> None:
        """Has the newest picture of the conversation in the preview, none of another one."""
        self._show_list()
        messages = event.conversation.messages if event.conversation else ()
        stored: list[Previewed] = [it for message in messages for it in message.attachments]
        self.preview = next(reversed([*stored, *_sources(event.draft)]), None)

    def _show_list(self) -> None:
        if self._sidebar is not None:
            self._sidebar.show()

    def _note_draft(self, event: DraftChanged) -> None:
        if event.draft is self._session.draft:
            self._note(_sources(event.draft))

    def _note(self, pictures: Sequence[Previewed]) -> None:
        """Has the newest of the pictures in the preview, when that is opened."""
        if pictures:
            self.preview = pictures[-1]

    def on_library_panel_highlighted(self, event: "LibraryPanel.Highlighted") -> None:
        """Has the conversation at the cursor prepared, which may be opened next."""
        self._session.unsent.note_highlight(event.conversation)

    @on(Chips.PictureOpened)
    def _preview_chip(self, event: Chips.PictureOpened) -> None:
        """Shows a picture that is not sent yet, or closes the preview if that shows it already."""
        source = _source(event.picture)
        if self.is_open("preview") and self.preview == source:
            self.toggle("preview")
            self.screen.refresh_bindings()
        else:
            self.open_preview(source)

    @on(Chips.PictureHighlighted)
    def _follow_chips(self, event: Chips.PictureHighlighted) -> None:
        self.preview = _source(event.picture)

    @on(ChatLog.PictureOpened)
    def _preview_picture(self, event: ChatLog.PictureOpened) -> None:
        self.open_preview(event.attachment)

    @on(ChatLog.MarksChanged)
    def _follow_marks(self) -> None:
        """Shows the picture of what is highlighted, and what lies over the one that is shown."""
        log = self.query_one(ChatLog)
        if log.chosen_mark is not None:
            self.preview = log.chosen_mark.picture
        self._show_in_pane(self.preview)

    def _show_in_pane(self, picture: Previewed) -> None:
        if self._pane is not None:
            log = self.query_one(ChatLog)
            marks = log.marks_on(picture) if isinstance(picture, Attachment) else ()
            self._pane.show(picture, marks=marks)

    def _add_pane(self) -> None:
        """Makes the preview; where what draws it can't be loaded, it is closed again."""
        try:
            with scarcity_named():
                from ..picker import PreviewPane

                pictures, prices = self._pictures(), self._session.prices
                self._pane = PreviewPane(pictures, id="preview", prices=prices)
        except Scarcity as error:
            for names in (self._open_docked, self._open_over):
                names.discard("preview")
            text = f"The preview can't be opened now: {error}"
            self.notify(text, severity="error", markup=False)
            return
        self._pane.shows_fed = self.shows_fed
        self.mount(self._pane)
        self.call_after_refresh(self._show_in_pane, self.preview)

    def _arrange(self, name: PanelName, panel: Widget | None) -> None:
        if panel is None:
            return
        panel.set_class(not self._is_docked(name), "-over")
        panel.display = self.is_open(name)

    def _keep_prompt_free(self) -> None:
        """Has panels over the chat end above the prompt."""
        rows = max(self.size.height - self._composer.outer_size.height, 1)
        panels: dict[PanelName, Widget | None] = {"sidebar": self._sidebar, "preview": self._pane}
        for name, panel in panels.items():
            if panel is not None:
                panel.styles.height = "100%" if self._is_docked(name) else rows

    def _is_docked(self, name: PanelName) -> bool:
        return self._columns >= self.DOCK_WIDTHS[name]


def _sources(draft: Draft) -> list[Previewed]:
    """Returns what the preview can show of the pictures that are not sent yet."""
    return [_source(picture) for picture in draft.pictures if not picture.is_checking]


def _source(picture: DraftPicture) -> Previewed:
    """Returns what the preview shows of a picture that is not sent yet."""
    on_its_way = f"{picture.label} is on its way."
    return picture.error or picture.attachment or picture.picked or on_its_way
