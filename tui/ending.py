"""How the app ends or is suspended: by a key or a signal, and what was typed last is stored."""

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING

from .clipboard.copying_app import CopyingApp

if TYPE_CHECKING:
    from .chat.chat_screen import ChatScreen
    from .keys.keymap import Keymap

_SECOND_PRESS_SECONDS = 3.0


class EndingApp(CopyingApp):
    """An app that is left without losing anything; the core outlives it."""

    keymap: "Keymap"
    _chat: "ChatScreen"
    _quit_asked_at = 0.0

    def hear_signals(self) -> None:
        """Shuts down cleanly on SIGTERM, at once on SIGHUP."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        loop.add_signal_handler(signal.SIGTERM, self._end)

    def action_suspend_process(self) -> None:
        """Hands the terminal to the shell until that says `fg`."""
        if os.getpgrp() == os.getsid(0):
            self.notify(
                self.keymap.fill("There is no shell to go back to; {app.quit} quits."), markup=False
            )
            return
        with self.suspend():
            # The shell waits for what it started itself, which may be `make`.
            os.killpg(0, signal.SIGSTOP)

    async def action_quit(self) -> None:
        """Quits; nothing is left of private conversations that no other window has open."""
        await self._chat.session.close_private()
        self.exit()

    def action_ask_to_quit(self) -> None:
        """Quits on the second press."""
        now = time.monotonic()
        if now - self._quit_asked_at < _SECOND_PRESS_SECONDS:
            self.call_later(self.action_quit)
        self._quit_asked_at = now
        self.notify(
            self.keymap.fill(
                "Press {app.copy_or_quit} again to quit. An open answer goes on and is stored."
            ),
            markup=False,
        )

    def _end(self) -> None:
        """Ends in order; what was typed last is stored before anything else."""
        self._chat.take_in_edited()
        self._chat.session.journal.save()
        self.exit(return_code=128 + signal.SIGTERM)

    def _hang_up(self) -> None:
        """Ends at once, since the terminal is gone; what was typed last is stored.

        So also where whatever started the program has it ignore the signal, as `nohup` does.
        """
        self._chat.take_in_edited()
        self._chat.session.journal.close()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
