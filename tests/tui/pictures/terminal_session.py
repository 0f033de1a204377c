"""A program at the near end of a pseudo-terminal, and a terminal that keeps what it was sent."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import psutil
import pyte

from ...patience import PATIENCE


class Terminal(Protocol):
    """What is at the far end."""

    screen: pyte.Screen

    def feed(self, output: bytes) -> None:
        """Shows more output."""


AnyTerminal = TypeVar("AnyTerminal", bound=Terminal)


class TerminalSession(Generic[AnyTerminal]):
    """A program and its terminal."""

    def __init__(
        self,
        terminal: AnyTerminal,
        replies: Mapping[str, str],
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        round_trip: float = 0.0,
    ) -> None:
        """Starts the program.

        Args:
            terminal: gets what the program writes.
            replies: the answer to each query; others are met with silence.
            command: what to run.
            environment: added to this process's.
            folder: where it runs.
            round_trip: seconds until a query is answered, as over a slow line.
        """
        self.terminal = terminal
        self._replies = replies
        self._round_trip = round_trip
        self._asked = b""
        self._far, near = pty.openpty()
        _set_size(near, terminal.screen.columns, terminal.screen.lines)
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"COLORTERM", "TEXTUAL_COLOR_SYSTEM", "TMUX", "NO_COLOR"}
        }
        self.process = subprocess.Popen(
            command,
            stdin=near,
            stdout=near,
            stderr=near,
            env=kept | {"TERM": "xterm-256color"} | dict(environment or {}),
            cwd=folder,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(near)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.terminal.screen.display)

    def type(self, keys: str) -> None:
        os.write(self._far, keys.encode())

    def press(self, keys: str) -> None:
        """Presses keys and waits until the program has nothing more to write."""
        self.type(keys)
        self.settle()

    def resize(self, columns: int, rows: int) -> None:
        self.terminal.screen.resize(rows, columns)
        _set_size(self._far, columns, rows)
        self.settle()

    def settle(self, quiet: float = 0.3) -> None:
        """Returns once the program has written nothing for a while and has nothing to do."""
        end = time.monotonic() + PATIENCE
        while (is_writing := self._has_written(quiet)) or self._is_busy():
            assert time.monotonic() < end, "the program never stops writing"
            if is_writing and not self._read():
                return

    def until(self, condition: Callable[[], bool]) -> None:
        """Returns once the condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.text
            if self._has_written(0.2) and not self._read():
                self.process.wait(PATIENCE)
                assert condition(), self.text

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._far)

    def _has_written(self, wait: float) -> bool:
        return bool(select.select([self._far], [], [], wait)[0])

    def _is_busy(self) -> bool:
        """Whether the program, or one that it has started, would go on if it were its turn."""
        program = psutil.Process(self.process.pid)
        return any(map(_is_running, (program, *program.children(recursive=True))))

    def _read(self) -> bytes:
        try:
            output = os.read(self._far, 65536)
        except OSError:
            return b""
        self.terminal.feed(output)
        self._answer(output)
        return output

    def _answer(self, output: bytes) -> None:
        self._asked = (self._asked + output)[-4096:]
        for query, reply in self._replies.items():
            if query.encode() in self._asked:
                self._asked = self._asked.replace(query.encode(), b"")
                time.sleep(self._round_trip / len(self._replies))
                self.type(reply)


def _is_running(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_RUNNING)
    except psutil.NoSuchProcess:
        return False


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
