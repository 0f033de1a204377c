"""A program in a pseudo-terminal: what it writes and when, keys for it, and its screen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from ..patience import PATIENCE
from .screen import Screen

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f5": "\x1b[15~",
} | {f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"}

# As a plain modern terminal answers: no pictures, and the device attributes at once.
PLAIN_REPLIES = {
    "\x1b[c": "\x1b[?62;22c",
    "\x1b[0c": "\x1b[?62;22c",
    "\x1b[16t": "\x1b[6;20;10t",
    "\x1b[>q": "\x1bP>|plain(1.0)\x1b\\",
    "\x1b[>0q": "\x1bP>|plain(1.0)\x1b\\",
}
_SYNCHRONIZES = {"\x1b[?2026$p": "\x1b[?2026;2$y"}
_LONGEST_QUERY = 40
"""Characters."""


class Chunk(NamedTuple):
    """A piece of output as it came."""

    time: float
    """Of `time.monotonic`."""
    output: bytes


class PseudoTerminal:
    """Runs a program on a terminal of its own until it is left as a context."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        columns: int = 120,
        rows: int = 36,
        folder: Path | None = None,
        round_trip: float = 0.0,
        replies: Mapping[str, str] = PLAIN_REPLIES,
        echoes: bool = False,
    ) -> None:
        """Starts the program.

        Args:
            argv: program and arguments.
            environment: added to that of a plain SSH session.
            columns: cells across.
            rows: cells down.
            folder: working directory.
            round_trip: seconds until the terminal's answer to a query arrives.
            replies: the answer to each query; others are met with silence.
            echoes: whether what is typed is shown by the terminal itself, as a shell leaves it.
        """
        self.columns, self.rows = columns, rows
        self.chunks: list[Chunk] = []
        self._screen = Screen(columns, rows)
        self._shown = 0
        self._round_trip = round_trip
        self._replies = {query.encode(): it.encode() for query, it in replies.items()}
        self._replies |= {query.encode(): it.encode() for query, it in _SYNCHRONIZES.items()}
        self._queries = re.compile(b"|".join(map(re.escape, self._replies)))
        self._arrived = threading.Condition()
        self._ended = False
        self._is_gone = False
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if not echoes:
            _stop_echo(slave)
        self.started = time.monotonic()
        self.program = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_plain_environment() | dict(environment),
            cwd=folder,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def press(self, *keys: str) -> float:
        """Sends named keys, or text as it is, and returns when."""
        return self.send("".join(KEYS.get(key, key) for key in keys))

    def send(self, text: str) -> float:
        """Types the text and returns when."""
        moment = time.monotonic()
        os.write(self._master, text.encode())
        return moment

    def resize(self, columns: int, rows: int) -> float:
        """Changes the size in cells and returns when."""
        self._screen.resize(columns, rows)
        self.columns, self.rows = columns, rows
        moment = time.monotonic()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return moment

    @property
    def text(self) -> str:
        """The screen as it is now."""
        # Without the lock: the emulator is slow, and the program must not wait for it.
        new = self.chunks[self._shown :]
        for chunk in new:
            self._screen.feed(chunk.output)
        self._shown += len(new)
        return self._screen.text

    def wait_for(self, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Returns the match once the screen shows the pattern."""
        return self._wait(lambda: re.search(pattern, self.text), f"show {pattern!r}", timeout)

    def wait_until_gone(self, pattern: str, timeout: float = PATIENCE) -> None:
        """Returns once the screen does not show the pattern any more."""
        self._wait(lambda: not re.search(pattern, self.text), f"stop showing {pattern!r}", timeout)

    def wait_until_quiet(self, seconds: float, timeout: float = PATIENCE) -> None:
        """Returns once nothing has been written for so long."""
        end = time.monotonic() + timeout
        with self._arrived:
            while self._arrived.wait(seconds):
                if time.monotonic() > end:
                    raise TimeoutError(f"Never quiet for {seconds} s.\n{self._screen.text}")

    def wait_for_exit(self, timeout: float = PATIENCE) -> int:
        """Returns the exit status once the program has ended."""
        status = self.program.wait(timeout)
        self._reader.join(5)
        return status

    def hang_up(self) -> None:
        """Goes away as a terminal whose window is closed: the program can reach it no more."""
        self._ended = True
        self._reader.join(5)
        os.close(self._master)
        self._is_gone = True

    def close(self) -> None:
        """Ends the program as a terminal that is closed does, then by force."""
        if self.program.poll() is None:
            self.program.send_signal(signal.SIGHUP)
            try:
                self.program.wait(5)
            except subprocess.TimeoutExpired:
                self.program.kill()
                self.program.wait()
        if not self._is_gone:
            self.hang_up()

    def _wait(self, condition, what: str, timeout: float):  # noqa: ANN001, ANN202
        end = time.monotonic() + timeout
        while not (found := condition()):
            with self._arrived:
                if self._shown == len(self.chunks):
                    self._arrived.wait(min(0.5, max(0.0, end - time.monotonic())))
            if time.monotonic() > end or (self._ended and not condition()):
                raise TimeoutError(f"The program did not {what} in time:\n{self.text}")
        return found

    def _read(self) -> None:
        """Keeps the output with its time, and answers what the program asks its terminal."""
        asked = b""
        while not self._ended:
            try:
                if not select.select([self._master], [], [], 0.2)[0]:
                    continue
                output = os.read(self._master, 65536)
            except OSError:  # the program has closed its end
                output = b""
            moment = time.monotonic()
            if not output:
                break
            with self._arrived:
                self.chunks.append(Chunk(moment, output))
                self._arrived.notify_all()
            asked = self._answer(asked + output)
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def _answer(self, output: bytes) -> bytes:
        """Answers the queries in the output; returns its end, where another may have begun."""
        end, replies = 0, b""
        for match in self._queries.finditer(output):
            replies += self._replies[match[0]]
            end = match.end()
        if replies:
            self._reply(replies)
        return output[end:][-_LONGEST_QUERY:]

    def _reply(self, reply: bytes) -> None:
        if self._round_trip:
            late = threading.Timer(self._round_trip, self._send_late, (reply,))
            late.daemon = True
            late.start()
        else:
            os.write(self._master, reply)

    def _send_late(self, reply: bytes) -> None:
        with suppress(OSError):  # the terminal was closed meanwhile
            os.write(self._master, reply)


def _plain_environment() -> dict[str, str]:
    """Returns the environment of an SSH session that brings nothing of its own."""
    kept = {"PATH", "PYTHONPATH", "HOME", "TMPDIR", "LD_PRELOAD", "USER", "LOGNAME"}
    plain = {name: value for name, value in os.environ.items() if name in kept}
    return plain | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_TTY": "/dev/pts/0"}


def _stop_echo(descriptor: int) -> None:
    """Keeps keys typed before the program reads from appearing by the terminal's own doing."""
    attributes = termios.tcgetattr(descriptor)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
