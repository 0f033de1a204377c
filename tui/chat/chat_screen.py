"""The one screen of every day: conversations, log, prompt, preview, and what they do together."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen

from ...core.settings import Paths, Settings
from ..key_line import KeyLine
from ..keys.bindings import bindings_of, fill_keys
from ..keys.focus import KeepsFocus
from ..keys.way_back import GoesBack
from ..scarcity import Scarcity, scarcity_named
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
from ..visible import visible
from .chat import Chat
from .choice_finder import ChoiceFinder
from .composer import Composer
from .hearing import hear
from .panels import PanelName, Panels
from .prompt import Prompt
from .sidebar import Sidebar
from .status_bar import StatusBar
from .steps_back import steps_back

if TYPE_CHECKING:
    from ...core.presets import Template
    from ..commands import ChatCommands
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


class ChatScreen(KeepsFocus, GoesBack, Screen[None]):
    """Shows what the session tells and asks the session for what the user wants."""

    COMMANDS: ClassVar = {_chat_commands}
    AUTO_FOCUS = "Prompt"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("screen")

    panels = getters.query_one(Panels)
    chat = getters.query_one(Chat)
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
        self.session = ChatSession(connect, paths.data_dir, paths.presets_file)
        self._cursor_blink = settings.cursor_blink
        self._launch = launch
        self._pictures = pictures
        self._paths = paths
        self.way_back = steps_back(self)

    def compose(self) -> ComposeResult:
        """Yields the status bar, the panels and the keys."""
        yield StatusBar(self.session)
        with Panels(self.session, self._pictures):
            finder = ChoiceFinder(lambda: self.chat.pictures, self._paths.cache_dir / "picker.json")
            composer = Composer(self.session, self._cursor_blink, finder)
            interface = self._paths.cache_dir / "interface.json"
            yield Chat(self.session, composer, self._pictures, interface)
        yield KeyLine()

    def on_mount(self) -> None:
        """Connects once the first frame is on screen and keys typed ahead are echoed."""
        hear(self, self.session.events, NoticeTold, self._show_notice)
        for kind in _CHANGES_KEYS:
            hear(self, self.session.events, kind, lambda _: self.refresh_bindings())
        self.call_after_refresh(self.set_timer, CONNECT_DELAY, self._run_session)

    def on_resize(self, event: Resize) -> None:
        """Keeps open beside the chat only the panels for which there is room."""
        self.panels.fit(event.size.width)

    @work(exclusive=True, group="session")
    async def _run_session(self, *, replace_core: bool = False) -> None:
        await self.session.run(self._launch, replace_core=replace_core)

    def _show_notice(self, event: NoticeTold) -> None:
        """Shows for some seconds what can be missed; what is to be decided stands elsewhere."""
        if isinstance(event, QuestionRefused):
            return
        text = visible(fill_keys(self, event.sentence))
        self.notify(text, severity=event.severity, timeout=event.seconds, markup=False)

    @on(Sidebar.Opened)
    @work(exclusive=True, group="open")
    async def _open(self, event: Sidebar.Opened) -> None:
        self.panels.close_overlay()
        self.prompt.focus()
        await self.session.open(event.conversation)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key does anything now."""
        return {
            "back": self.way_back.next is not None,
            "restore_deleted": self.session.conversations.last_deleted is not None,
            "start_core": self.chat.core_notice.error is not None,
            "cancel_load": self.session.model.status.load is not None,
            "unload_model": bool(self.session.model.status.name),
            "choose_adapter": not self.session.model.status.server,
        }.get(action, True)

    @work
    async def action_stop(self) -> None:
        """Stops the answer; what came of it stays."""
        await self.session.stop()

    def action_back(self) -> None:
        """Takes one step back."""
        super().action_back()
        self.refresh_bindings()

    def action_start_new(self) -> None:
        """Shows a new conversation."""
        self.session.start_new()
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
    async def action_pick_pictures(self) -> None:
        """Lets the user pick pictures and attaches them to what is on screen now."""
        draft = self.session.draft
        try:
            with scarcity_named():
                from ..picker import FilePicker

                picker = FilePicker(
                    self._pictures(), state_file=self._paths.cache_dir / "picker.json"
                )
        except Scarcity as error:
            text = f"The file picker can't be opened now: {error}"
            self.notify(text, severity="error", markup=False)
            return
        paths: list[Path] | None = await self.app.push_screen_wait(picker)
        if paths:
            await self.session.unsent.attach(*paths, draft=draft)

    @work
    async def action_choose_preset(self) -> None:
        """Lets the user choose how the next questions are answered."""
        from .preset_chooser import PresetChoice, PresetChooser

        preset, source = self.session.preset, self.session.model.status.source
        choice = PresetChoice(preset.presets, preset.chosen, source, preset.tell_cost)
        name: str | None = await self.app.push_screen_wait(PresetChooser(choice))
        if name is not None:
            await preset.choose(name)
        preset.look()

    @work
    async def action_use_preset(self, name: str) -> None:
        """Has the next questions answered as a preset says; empty for the model's default one."""
        await self.session.preset.choose(name)

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

    @work
    async def action_load_model(self) -> None:
        """Lets the user choose a model, which the conversation on screen keeps from now on."""
        from .model_chooser import ModelChooser

        if source := await self.app.push_screen_wait(ModelChooser(self.session)):
            await self.session.kept.load(source)

    @work
    async def action_choose_adapter(self) -> None:
        """Lets the user choose an adapter, which the conversation on screen keeps from now on."""
        from .adapter_chooser import AdapterChooser

        status, kept = self.session.model.status, self.session.kept
        cost = await kept.tell_cost()
        chooser = AdapterChooser(self._paths, status.adapter, cost)
        folder: str | None = await self.app.push_screen_wait(chooser)
        if folder is not None:
            await kept.load_adapter(folder)

    @work
    async def action_cancel_load(self) -> None:
        """Gives up the model that is being downloaded or loaded; what was downloaded stays."""
        await self.session.model.cancel_load()

    @work
    async def action_unload_model(self) -> None:
        """Frees the model; the next question loads it again."""
        await self.session.model.unload()

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
