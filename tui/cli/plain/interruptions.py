"""Signals that end a line or the chat, heard whatever the line editor is doing.

Python runs a signal's handler between two steps of its own. A line editor that has just taken a key
goes on to wait for the next one without such a step: a signal that came meanwhile would be heard
after that key, which a line that dropped never brings. And what a handler raises within a function
that the editor calls, to complete a word say, is dropped there.

So a thread takes signals down as they come, and rings the main thread, by a signal with no other
meaning, until the exception is raised where it is not lost.
"""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)
_RING: Final = signal.SIGURG
"""Ignored where nothing handles it: one that comes late does no harm."""
_BETWEEN_RINGS: Final = 0.02
"""Seconds. A ring is missed only if it comes right before the editor waits."""
_STOP: Final = 0
"""The number of no signal."""


class Interruptions:
    """Raises in the main thread, which makes it, what signals ask for; a context.

    Ctrl+C raises `KeyboardInterrupt`; SIGTERM and SIGHUP raise `SystemExit` with the status that a
    shell gives a program they end. Then no signal raises anything more: with a terminal that goes
    away come two of them, one from its shell, and the first has what is unsent written.
    """

    def __init__(self) -> None:
        self._pending: BaseException | None = None
        self._is_held = False
        self._ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        self._main = threading.get_ident()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        handlers = {_RING: lambda *_: self._raise_pending()}
        # The number is taken down before the handler would run: only that there is one matters.
        handlers |= dict.fromkeys((signal.SIGINT, *_ENDING), lambda *_: None)
        self._before = {number: signal.signal(number, it) for number, it in handlers.items()}
        self._wakeup_before = signal.set_wakeup_fd(self._mouth.fileno())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self.held():
            signal.set_wakeup_fd(self._wakeup_before)
            self._pending = None
            self._mouth.send(bytes([_STOP]))
            self._thread.join()
            for number, action in self._before.items():
                signal.signal(number, action)
        self._mouth.close()
        self._ear.close()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Puts exceptions off for as long as they would be dropped."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def _listen(self) -> None:
        has_ended = False
        while (number := self._ear.recv(1)[0]) != _STOP:
            if number == _RING or has_ended:
                continue
            has_ended = number in _ENDING
            self._pending = SystemExit(128 + number) if has_ended else KeyboardInterrupt()
            while self._pending is not None:
                signal.pthread_kill(self._main, _RING)
                time.sleep(_BETWEEN_RINGS)

    def _raise_pending(self) -> None:
        if self._pending is not None and not self._is_held:
            pending, self._pending = self._pending, None
            raise pending
