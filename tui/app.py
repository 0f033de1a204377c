"""The app: themes, the chat screen, and what works on every screen."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from rich.console import RenderableType
from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from ..core.errors import SettingsError
from ..core.settings import Paths, Settings
from .chat.chat_screen import ChatScreen
from .chat.end_notice import EndNotice
from .choices import Choices
from .ending import EndingApp
from .garbage import Collector
from .keys.bindings import as_chord, bindings_of, in_force, moves_focus
from .keys.focus import KeepsFocus
from .keys.keymap import Keymap
from .keys.names import shown_name
from .line_profile import FAST, SLOW
from .session.launch_options import LaunchOptions
from .session.window import Window
from .slow_line import SlowLineApp
from .terminal.colour_filters import colour_filters
from .terminal.control_filter import ControlFilter
from .terminal.driver_output import DriverOutput
from .terminal.facts import TerminalFacts
from .terminal.input_reader import ClipboardTold
from .terminal.line_speed import LineSpeed
from .terminal.mouse import turn_mouse
from .terminal.painter import Painter
from .terminal.type_ahead import KeyPassed, TypeAhead
from .themes import THEMES_DIR, ThemeFolders
from .visible import visible

if TYPE_CHECKING:
    from ..core.ipc.client import CoreClient
    from .chat.clipboard_pictures import ClipboardPictures
    from .pictures import Pictures


class SeeshellApp(EndingApp, SlowLineApp):
    """The interface of one terminal; the core outlives it."""

    TITLE = "seeshell"
    CSS_PATH: ClassVar = [
        "app.tcss",
        "chat/chat.tcss",
        "chat/chips.tcss",
        "chat/core_notice.tcss",
        "key_line.tcss",
        "chat/prompt.tcss",
        "chat/status_bar.tcss",
        "chat/tray.tcss",
        "chat/welcome.tcss",
    ]
    COMMANDS: ClassVar = set()
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("app")

    def __init__(
        self, paths: Paths, settings: Settings, terminal: TerminalFacts, launch: LaunchOptions
    ) -> None:
        """Prepares the app.

        Raises:
            SettingsError: there is no such theme, its file is broken, or a key can't be used.
        """
        if settings.keys:
            _check_keys(paths, settings)
        super().__init__()
        self.paths = paths
        self.settings = settings
        self.keymap = Keymap(settings.keys)
        self._bindings = in_force(self._bindings, self.keymap)
        self.line = SLOW if settings.line == "slow" else FAST
        self._whole_terminal = terminal
        self._speed = LineSpeed(terminal.round_trip)
        self._launch = launch
        self._window = Window(paths, settings, launch)
        self._pictures: Pictures | None = None
        self._output = DriverOutput(self)
        self._clipboard_pictures: ClipboardPictures | None = None
        self._line_filters = (ControlFilter(), *colour_filters(terminal.colours))
        self._painter = Painter()
        self._typed_at = 0.0
        self._collector = Collector(lambda: time.monotonic() - self._typed_at)
        self._type_ahead = TypeAhead(self, super().on_event, moves_focus, as_chord)
        self.choices = Choices(paths, settings)
        self.themes = ThemeFolders(paths.config_file.parent / "themes", THEMES_DIR)
        theme = self._load_chosen(settings.theme)
        self.register_theme(theme)
        # Setting `theme` would have the whole style sheet parsed again after the first frame.
        self.set_reactive(App.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def may_write_copies(self) -> bool:
        """Whether what is copied may be in a file: nothing of a private conversation may."""
        return not self._chat.session.shown.is_private

    def get_default_screen(self) -> Screen[None]:
        """Returns the chat screen, the only one that is always there."""
        blinks = self.line.blinks(self.settings.cursor_blink)
        settings = replace(self.settings, cursor_blink=blinks)
        self._chat = ChatScreen(
            self.paths, settings, self._launch, self._connect, lambda: self.pictures
        )
        return self._chat

    @property
    def pictures(self) -> "Pictures":
        """Draws pictures in this terminal; made when the first one is needed."""
        if self._pictures is None:
            from .pictures import Pictures

            self._pictures = Pictures(
                self.terminal,
                self.paths.picture,
                self._output.write,
                is_behind=self._output.is_behind,
                is_slow=lambda: self.line.is_slow,
                max_pixels=self.settings.max_pixels,
            )
            self._painter.canvas = self._pictures.canvas
        return self._pictures

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Returns what every line goes through before it is written."""
        return [*super().get_line_filters(), *self._line_filters]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        # What this writes is always on its way right afterwards.
        if self._speed.note(time.monotonic(), is_behind=self._output.is_behind()):
            self.call_later(self.offer_slow_line)
        # Textual has no public place between what it draws and what it writes.
        super()._display(screen, self._painter.paint(renderable))

    def get_key_display(self, binding: Binding) -> str:
        """Returns the key as people write it: `ctrl+o`, `?`."""
        return shown_name(binding.key)

    async def on_event(self, event: Event) -> None:
        """Takes what is typed in its order."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed_at = time.monotonic()
            self._chat.session.use.note()
            if isinstance(self.screen, KeepsFocus):
                self.screen.keep_focus()
            await self._type_ahead.take(event)
        else:
            await super().on_event(event)

    @on(KeyPassed)
    async def _go_on_typing(self, message: KeyPassed) -> None:
        await self._type_ahead.note_passed(message)

    def on_mount(self) -> None:
        """Redraws after a suspend; shuts down cleanly on SIGTERM, at once on SIGHUP."""
        self.call_after_refresh(self._collector.start)
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        session, through_tmux = self._chat.session, self.terminal.is_tmux
        EndNotice(self._chat, session, self.settings.notify, through_tmux=through_tmux).listen()
        self.begin_line()
        self.hear_signals()

    async def on_unmount(self) -> None:
        """Leaves what is unsent to the next window, and takes the pictures out of the terminal."""
        self._collector.stop()
        self._chat.session.journal.close()
        self.workers.cancel_group(self, "redraw")
        if self._clipboard_pictures is not None:
            self._clipboard_pictures.close()
        if self._pictures is not None:
            await self._pictures.close()

    def action_command_palette(self) -> None:
        """Shows the commands."""
        from .commands import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def _load_chosen(self, setting: str) -> Theme:
        """Returns the theme chosen in the palette, or that of the settings where it is gone."""
        if self.choices.theme != setting:
            with suppress(SettingsError):
                return self.themes.load(self.choices.theme, self.terminal.colours)
        return self.themes.load(setting, self.terminal.colours)

    def action_use_theme(self, name: str) -> None:
        """Switches to another theme, also for the next start."""
        try:
            theme = self.themes.load(name, self.terminal.colours)
        except SettingsError as error:
            self.notify(visible(str(error)), severity="warning", markup=False)
            return
        self.register_theme(theme)
        self.theme = name
        self.choices.theme = name

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether an action would change anything."""
        if action == "turn_mouse":
            return parameters != (self.choices.mouse,)
        if action == "command_palette":
            return bool(self.screen.COMMANDS)
        if action == "attach_clipboard":
            return self.terminal.has_clipboard
        return super().check_action(action, parameters)

    def action_attach_clipboard(self) -> None:
        """Attaches the picture in the clipboard of the machine where the terminal runs."""
        if self._clipboard_pictures is None:
            from .chat.clipboard_pictures import ClipboardPictures

            self._clipboard_pictures = ClipboardPictures(self._chat, self._output.write)
        self._clipboard_pictures.ask()

    def on_clipboard_told(self, event: ClipboardTold) -> None:
        """Takes what the terminal says of its clipboard, if it was asked."""
        if self._clipboard_pictures is not None:
            self._clipboard_pictures.take(event.said)

    def action_turn_mouse(self, is_on: bool) -> None:
        """Leaves the mouse to the terminal, or takes it back; also for the next start."""
        self.choices.mouse = is_on
        if self._driver is not None:
            turn_mouse(self._driver, on=is_on)

    def action_show_keys(self) -> None:
        """Shows every key."""
        from .help_screen import HelpScreen

        self.push_screen(HelpScreen(self._chat.session.preset.templates))

    @work(exclusive=True, group="redraw")
    async def action_redraw(self) -> None:
        """Draws everything for a terminal that has forgotten it, pictures too."""
        self.refresh()
        if self._pictures is not None:
            await self._pictures.send_again()

    async def _connect(self, replace_core: bool) -> "CoreClient":
        return await self._window.connect(replace_core)


def _check_keys(paths: Paths, settings: Settings) -> None:
    """Raises SettingsError for the first key of the settings that can't be used."""
    from .keys.problems import find_problem

    if problem := find_problem(settings.keys):
        raise SettingsError(f"{paths.config_file}: {problem}")
