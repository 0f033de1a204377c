"""The one screen of every day: conversations, log, prompt, preview, and what they do together."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Paste, Resize

from ...core.conversation import Attachment
from ...core.settings import Paths, Settings
from ..key_line import KeyLine
from ..keys.bindings import bindings_of, fill_keys
from ..session.core_link import Connect
from ..session.events import (
    AnswerEnded,
    AnswerStarted,
    ConversationShown,
    CoreLost,
    DecisionsChanged,
    DraftChanged,
    DraftShown,
    ModelChanged,
    NoticeTold,
    QuestionRefused,
    QueueShown,
)
from ..session.launch_options import LaunchOptions
from ..session.session import ChatSession
from ..terminal.sparing_compositor import SparingCompositor
from ..visible import visible
from .chat import Chat
from .choice_finder import ChoiceFinder
from .chooses_model import ChoosesModel
from .composer import Composer
from .hearing import hear
from .panels import PanelName, Panels
from .picture_screens import PictureScreens
from .prompt import Prompt
from .shows_pictures import ShowsPictures
from .status_bar import StatusBar
from .steps_back import steps_back

if TYPE_CHECKING:
    from ...core.presets import Template
    from ..commands import ChatCommands
    from ..library.panel import LibraryPanel
    from ..library.walk import LibraryWalk
    from ..pictures import Pictures

CONNECT_DELAY = 0.1
"""Seconds from the first frame to the connection, which would share the processor with it."""

_CHANGES_KEYS = (
    AnswerEnded,
    AnswerStarted,
    ConversationShown,
    CoreLost,
    DecisionsChanged,
    DraftChanged,
    DraftShown,
    ModelChanged,
    QueueShown,
)
"""Events after which other keys may do something."""


def _chat_commands() -> "type[ChatCommands]":
    # The first frame does not wait for the palette.
    from ..commands import ChatCommands

    return ChatCommands


class ChatScreen(ShowsPictures, ChoosesModel):
    """Shows what the session tells and asks the session for what the user wants."""

    COMMANDS: ClassVar = {_chat_commands}
    AUTO_FOCUS = "Prompt"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("screen")

    prompt = getters.query_one(Prompt)

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        launch: LaunchOptions,
        connect: Connect,
        pictures: Callable[[], "Pictures"],
    ) -> None:
        """Prepares the screen.

        Args:
            paths: where drafts and the interface's state are kept.
            settings: how the prompt looks.
            launch: what to open first.
            connect: reaches the core.
            pictures: returns what draws pictures; called when the first one is to be drawn.
        """
        super().__init__()
        self._compositor = SparingCompositor()
        self.session = ChatSession(connect, paths.data_dir, paths.presets_file)
        self._cursor_blink = settings.cursor_blink
        self._launch = launch
        self._pictures = pictures
        self._paths = paths
        self._picture_screens = PictureScreens(self, pictures, paths)
        self.way_back = steps_back(self)

    def compose(self) -> ComposeResult:
        """Yields the status bar, the panels and the keys."""
        yield StatusBar(self.session)
        with Panels(self.session, self._pictures):
            finder = ChoiceFinder(lambda: self.chat.pictures, self._paths.data_dir / "picker.json")
            composer = Composer(self.session, self._cursor_blink, finder)
            interface = self._paths.cache_dir / "interface.json"
            yield Chat(self.session, composer, self._pictures, interface)
        yield KeyLine()

    def on_mount(self) -> None:
        """Connects once the first frame is on screen and keys typed ahead are echoed."""
        if self._launch.is_private:
            self.session.shown.start_new(is_private=True)
        self.session.unsent.place(*self._launch.images)
        hear(self, self.session.events, NoticeTold, self._show_notice)
        for kind in _CHANGES_KEYS:
            hear(self, self.session.events, kind, lambda _: self.refresh_bindings())
        self.call_after_refresh(self.set_timer, CONNECT_DELAY, self._run_session)

    def on_resize(self, event: Resize) -> None:
        """Keeps open beside the chat only the panels for which there is room."""
        self.panels.fit(event.size.width)

    def on_paste(self, event: Paste) -> None:
        """Gives the prompt what was pasted or dropped while the focus was on no field of text."""
        self.prompt.focus()
        self.prompt.post_message(Paste(event.text))

    def take_in_edited(self) -> None:
        """Takes down what an editor that is still open has stored so far, before the app ends."""
        for prompt in self.query(Prompt):
            prompt.take_in_edited()

    @work(exclusive=True, group="session")
    async def _run_session(self, *, replace_core: bool = False) -> None:
        await self.session.run(self._launch, replace_core=replace_core)

    def _show_notice(self, event: NoticeTold) -> None:
        """Shows for some seconds what can be missed; what is to be decided stands elsewhere."""
        if isinstance(event, QuestionRefused):
            return
        text = visible(fill_keys(self, event.sentence))
        self.notify(text, severity=event.severity, timeout=event.seconds, markup=False)

    @work(exclusive=True, group="open")
    async def on_library_panel_opened(self, event: "LibraryPanel.Opened") -> None:
        """Shows what was chosen in the sidebar."""
        await self.show_opened(event)

    async def show_opened(self, opened: "LibraryPanel.Opened") -> None:
        """Shows what was chosen in a list of conversations; what is deleted is restored first."""
        from ..library.walk import place_of

        self.panels.close_overlay()
        self.prompt.focus()
        if opened.is_deleted:
            await self.session.deletions.restore(opened.conversation)
        await self.session.shown.open(opened.conversation, place_of(opened))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        match action:
            case "back":
                return self.way_back.next is not None
            case "restore_deleted":
                return self.session.conversations.last_deleted is not None
            case "find_picture":
                return isinstance(self._meant_picture, Attachment)
            case "start_core":
                return self.chat.core_notice.error is not None
            case "export_conversation":
                return self.session.conversation is not None
            case _:
                return super().check_action(action, parameters)

    @work
    async def action_stop(self) -> None:
        """Stops the answer; what came of it stays."""
        await self.session.answers.stop()

    def action_back(self) -> None:
        """Takes one step back."""
        super().action_back()
        self.refresh_bindings()

    def action_start_new(self) -> None:
        """Shows a new conversation."""
        self.session.shown.start_new()
        self.panels.close_overlay()
        self.prompt.focus()

    def action_start_private(self) -> None:
        """Shows a new conversation that never touches the disk."""
        self.session.shown.start_new(is_private=True)
        self.panels.close_overlay()
        self.prompt.focus()

    def action_toggle_panel(self, name: PanelName) -> None:
        """Shows or hides a panel; open conversations without the focus get that first."""
        goes_there = name == "sidebar" and not self.panels.has_sidebar_focus
        if not (goes_there and self.panels.is_open(name)):
            self.panels.toggle(name)
        if goes_there:
            self.panels.focus_sidebar()
        else:
            self.prompt.focus()
        self.refresh_bindings()

    @work
    async def action_restore_deleted(self) -> None:
        """Takes the last deletion of a conversation back."""
        await self.session.deletions.restore()

    @work
    async def action_show_library(self) -> None:
        """Shows everything that is kept, to be searched and opened."""
        await self.library.choose()

    @work
    async def action_find_picture(self) -> None:
        """Shows in which conversations the picture at the cursor was used."""
        if isinstance(meant := self._meant_picture, Attachment):
            await self.library.find_picture(meant)

    @property
    def library(self) -> "LibraryWalk":
        """The way through all that is kept."""
        from ..library.walk import LibraryWalk

        return LibraryWalk(self, self._pictures)

    @work
    async def action_export_conversation(self) -> None:
        """Asks in which form and where to, and writes the conversation there."""
        from ..ask_export import export_conversations

        if (conversation := self.session.conversation) is not None:
            title = self.query_one(StatusBar).title
            await export_conversations(self.chat, [conversation], title)

    @work
    async def action_show_rolls(self) -> None:
        """Shows what was asked about many pictures, or asks that."""
        from ..roll.walk import RollWalk

        await RollWalk(self.app, self.session, self._pictures).choose()

    @work
    async def action_choose_template(self) -> None:
        """Lets the user choose a question that is asked often."""
        from .template_menu import TemplateMenu

        menu = TemplateMenu(self.session.preset.presets)
        template: Template | None = await self.app.push_screen_wait(menu)
        if template is not None:
            self.chat.composer.fill_in(template)

    def action_use_template(self, name: str) -> None:
        """Puts a question that is asked often into the prompt."""
        for template in self.session.preset.templates:
            if template.name == name:
                self.chat.composer.fill_in(template)

    def action_start_core(self) -> None:
        """Starts a core where there is none; one of another version is ended first."""
        self._reconnect(replace_core=self.chat.core_notice.is_of_other_version)

    def action_restart_core(self) -> None:
        """Ends the core, if one runs, and starts another."""
        self._reconnect(replace_core=True)

    def _reconnect(self, *, replace_core: bool) -> None:
        """Connects again, which starts a core where none runs, and reads the conversation again."""
        self.chat.core_notice.error = None
        self.refresh_bindings()
        if self.session.has_begun:
            self._launch = LaunchOptions(chat=self.session.conversation)
        self._run_session(replace_core=replace_core)
