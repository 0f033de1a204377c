"""The app: themes, the chat screen, and what works on every screen."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.screen import Screen

from ..core.settings import Paths, Settings
from .chat.chat_screen import ChatScreen
from .session.handed_over import read_handed_over
from .session.launch_options import LaunchOptions
from .terminal.alt_enter import read_alt_enter_as_newline
from .terminal.control_filter import ControlFilter
from .terminal.probe import TerminalFacts
from .terminal.type_ahead import KeyPassed, TypeAhead
from .themes import load_theme, theme_names

if TYPE_CHECKING:
    from ..core.ipc.client import CoreClient
    from .pictures import Pictures

_SECOND_PRESS_SECONDS = 3.0

_KEY_NAMES = {
    "escape": "esc",
    "question_mark": "?",
    "slash": "/",
    "underscore": "_",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


class SeeshellApp(App[None]):
    """The interface of one terminal; the core outlives it."""

    TITLE = "seeshell"
    CSS_PATH: ClassVar = [
        "app.tcss",
        "chat/chat.tcss",
        "chat/core_notice.tcss",
        "key_line.tcss",
        "chat/prompt.tcss",
        "chat/status_bar.tcss",
        "chat/tray.tcss",
        "chat/welcome.tcss",
    ]
    COMMANDS: ClassVar = set()
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "commands", system=True, tooltip="Show all commands"),
        Binding(
            "ctrl+c",
            "ask_to_quit",
            "copy, quit",
            show=False,
            system=True,
            tooltip="Copy the selection; twice without one: quit",
        ),
        Binding("ctrl+q", "quit", "quit", show=False, tooltip="Quit", priority=True),
        Binding(
            "ctrl+z",
            "suspend_process",
            "suspend",
            show=False,
            tooltip="To the shell; `fg` comes back",
            priority=True,
        ),
        Binding(
            "ctrl+l",
            "redraw",
            "redraw",
            show=False,
            tooltip="Draw the screen and its pictures anew",
            priority=True,
        ),
    ]

    def __init__(
        self, paths: Paths, settings: Settings, terminal: TerminalFacts, launch: LaunchOptions
    ) -> None:
        """Prepares the app.

        Raises:
            SettingsError: there is no such theme, or its file is broken.
        """
        read_alt_enter_as_newline()
        super().__init__()
        self.paths = paths
        self.settings = settings
        self.terminal = terminal
        self._launch = launch
        self._window = uuid4().hex
        """Names this run to the core, which keeps the pictures that are unsent in it."""
        self._pictures: Pictures | None = None
        self._control_filter = ControlFilter()
        self._quit_asked_at = 0.0
        self._type_ahead = TypeAhead(self, super().on_event)
        self.register_theme(load_theme(settings.theme))
        # Setting `theme` would have the whole style sheet parsed again after the first frame.
        self.set_reactive(App.theme, settings.theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Returns the chat screen, the only one that is always there."""
        self._chat = ChatScreen(
            self.paths, self.settings, self._launch, self._connect, lambda: self.pictures
        )
        return self._chat

    @property
    def pictures(self) -> "Pictures":
        """Draws pictures in this terminal; made when the first one is needed."""
        if self._pictures is None:
            from .pictures import DriverOutput, Pictures

            output = DriverOutput(self)
            self._pictures = Pictures(
                self.terminal,
                self.paths.picture,
                output.write,
                is_behind=output.is_behind,
                max_pixels=self.settings.max_pixels,
            )
        return self._pictures

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Returns what every line goes through before it is written."""
        return [*super().get_line_filters(), self._control_filter]

    def get_key_display(self, binding: Binding) -> str:
        """Returns the key as people write it: `ctrl+o`, `?`."""
        *modifiers, key = binding.key.split("+")
        return "+".join([*modifiers, _KEY_NAMES.get(key, key)])

    async def on_event(self, event: Event) -> None:
        """Takes what is typed in its order."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self._type_ahead.take(event)
        else:
            await super().on_event(event)

    @on(KeyPassed)
    async def _go_on_typing(self, message: KeyPassed) -> None:
        await self._type_ahead.note_passed(message)

    def on_mount(self) -> None:
        """Draws everything anew whenever the shell had the terminal; ends in order when told to."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        loop.add_signal_handler(signal.SIGTERM, self._end)

    async def on_unmount(self) -> None:
        """Leaves what is unsent to the next window, and takes the pictures out of the terminal."""
        self._chat.session.close()
        self.workers.cancel_group(self, "redraw")
        if self._pictures is not None:
            await self._pictures.close()

    def action_command_palette(self) -> None:
        """Shows the commands."""
        from .commands import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_use_theme(self, name: str) -> None:
        """Switches to another theme until the app ends."""
        if name in theme_names():
            self.register_theme(load_theme(name))
            self.theme = name

    def action_show_keys(self) -> None:
        """Shows every key."""
        from .help_screen import HelpScreen

        self.push_screen(HelpScreen())

    @work(exclusive=True, group="redraw")
    async def action_redraw(self) -> None:
        """Draws everything for a terminal that has forgotten it, pictures too."""
        self.refresh()
        if self._pictures is not None:
            await self._pictures.send_again()

    def action_suspend_process(self) -> None:
        """Hands the terminal to the shell until that says `fg`."""
        if os.getpgrp() == os.getsid(0):
            self.notify("There is no shell to go back to; ctrl+q quits.", markup=False)
            return
        with self.suspend():
            # The shell waits for what it started itself, which may be `make`.
            os.killpg(0, signal.SIGSTOP)

    def action_ask_to_quit(self) -> None:
        """Quits on the second press."""
        now = time.monotonic()
        if now - self._quit_asked_at < _SECOND_PRESS_SECONDS:
            self.exit()
        self._quit_asked_at = now
        self.notify(
            "Press ctrl+c again to quit. An open answer goes on and is stored.", markup=False
        )

    def _end(self) -> None:
        """Ends in order; what was typed last is stored before anything else."""
        self._chat.session.journal.save()
        self.exit(return_code=128 + signal.SIGTERM)

    def _hang_up(self) -> None:
        """Ends at once, since the terminal is gone; what was typed last is stored.

        So also where whatever started the program has it ignore the signal, as `nohup` does.
        """
        self._chat.session.close()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)

    async def _connect(self, replace_core: bool) -> "CoreClient":
        # Keys that wait are echoed while a thread imports the client.
        client = await asyncio.to_thread(import_module, "..core.ipc.client", __package__)
        if replace_core:
            await client.stop_core(self.paths)
        model = ["--model", self._launch.model] if self._launch.model else []
        connected: CoreClient = await client.CoreClient.connect(
            self.paths,
            launch_arguments=model,
            window=self._window,
            environment=read_handed_over(self.paths, self.settings),
        )
        return connected
