"""The terminal under the app: what it sends is read here, and its keyboard is asked for all it has.

Textual's own reader ends the app at a byte that is not UTF-8 and at keys that it does not know, and
types replies into the prompt.
"""

import os
import select
import signal
import time
from collections.abc import Iterable
from typing import Any, Final

from textual import constants
from textual.app import App
from textual.drivers.linux_driver import (
    KITTY_DISAMBIGUATE_ESCAPE_CODES,
    KITTY_REPORT_ALTERNATE_KEYS,
    LinuxDriver,
)
from textual.message import Message

from .input_reader import InputReader
from .quiet_terminal import Modes

_KEYBOARD: Final = f"\x1b[={KITTY_DISAMBIGUATE_ESCAPE_CODES | KITTY_REPORT_ALTERNATE_KEYS};1u"
"""Kitty's protocol: other flags in the entry that Textual has pushed and will pop.

Text stays text, as an input method may compose it; chords say which keys were pressed.
"""

_PATIENCE: Final = 0.1
"""Longest sleep: so soon is it seen that reading is to end."""

_MOST_BYTES: Final = 16_384


class TerminalDriver(LinuxDriver):
    """Reads what the terminal sends by seeshell's own rules, and never fails at any of it."""

    def __init__(
        self,
        app: App[Any],
        *,
        received: bytes = b"",
        shell_modes: Modes | None = None,
        **options: Any,
    ) -> None:
        """Prepares the terminal.

        Args:
            app: gets what is read.
            received: what came from the terminal before the app was there.
            shell_modes: the modes to give back, where they have been changed already.
            options: of Textual's own driver.
        """
        super().__init__(app, **options)
        self._reader = InputReader(_language())
        self._received = received
        self._shell_modes = shell_modes

    def start_application_mode(self) -> None:
        """Takes the terminal, at the start and after it was lent to the shell."""
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]
        except Exception:
            # Textual gives back only a terminal that it has taken wholly.
            self.stop_application_mode()
            raise
        if self._shell_modes is not None:
            self.attrs_before, self._shell_modes = self._shell_modes, None
        if not constants.DISABLE_KITTY_KEY:
            self.write(_KEYBOARD)
            self.flush()

    def _run_input_thread(self) -> None:
        """Reads in a thread of its own, whose errors are the app's."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - the thread's edge
            self._app.call_later(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Hands on what is read until the terminal is given back, or gone."""
        self._hand_on(self._reader.feed(self._received, time.monotonic()))
        self._received = b""
        while not self.exit_event.is_set():
            due = self._reader.due
            patience = _PATIENCE if due is None else min(_PATIENCE, due - time.monotonic())
            if select.select([self.fileno], [], [], max(0.0, patience))[0]:
                if not (data := self._read()):
                    # The kernel tells it only to those whose controlling terminal it was.
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                self._hand_on(self._reader.feed(data, time.monotonic()))
            self._hand_on(self._reader.tick(time.monotonic()))

    def _read(self) -> bytes:
        """Returns what has come; nothing if the terminal is gone."""
        try:
            return os.read(self.fileno, _MOST_BYTES)
        except OSError:
            return b""

    def _hand_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _query_in_band_window_resize(self) -> None:
        """Asks for no sizes in the input: the kernel reports them, and garbage can't."""


def _language() -> str:
    """Returns the locale of the user's texts, as in `bg_BG.UTF-8`."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    return next((value for name in names if (value := os.environ.get(name))), "")
