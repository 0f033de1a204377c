"""Asks the terminal once, before Textual starts, what it can show.

The question is put on the alternate screen, because some terminals print what they don't
understand. What is typed meanwhile is the app's: it reads first what was received here, and drops
the replies among it, as it does with those that come later.
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

import msgspec

from ...core.settings import ImageProtocol
from .facts import (
    DEFAULT_CELL,
    TerminalFacts,
    choose_drawing,
    guess_colours,
    is_judged,
    judge_replies,
)
from .quiet_terminal import ending_signals_raised, is_in_foreground
from .replies import (
    ASK_GRAPHICS,
    ASK_NAME,
    Replies,
    parse_replies,
    questions,
    wrap_for_tmux,
)

PROBE_SECONDS: Final = 1.5
"""Longest wait for all replies together; a terminal that answers ends it after one round trip."""

_NEAR_TMUX_SECONDS: Final = 0.25
"""Wait for the terminal around a tmux that runs beside it, after tmux itself has answered."""

_DRAIN_SECONDS: Final = 0.02

_ENTER_ALTERNATE: Final = "\x1b[?1049h"
_LEAVE_ALTERNATE: Final = "\x1b[2J\x1b[?1049l"


class Probed(NamedTuple):
    """What asking has brought."""

    facts: TerminalFacts
    received: bytes = b""
    """All that came meanwhile: replies, and keys between them."""


def probe_terminal(
    images: ImageProtocol,
    environment: Mapping[str, str],
    input_fd: int | None = None,
    output_fd: int | None = None,
) -> Probed:
    """Returns what the terminal can show; asks it unless the setting has decided.

    Args:
        images: the setting; anything but `auto` sends no query.
        environment: the process's environment.
        input_fd: where replies come from; standard input by default.
        output_fd: where queries go; standard output by default.
    """
    source = _stream_fd(sys.__stdin__) if input_fd is None else input_fd
    sink = _stream_fd(sys.__stdout__) if output_fd is None else output_fd
    if not (os.isatty(source) and os.isatty(sink)):
        return Probed(TerminalFacts(images="none"))
    cell_width, cell_height = _kernel_cell_size(sink) or DEFAULT_CELL
    colours = guess_colours(environment)
    kernel = TerminalFacts(colours=colours, cell_width=cell_width, cell_height=cell_height)
    if images != "auto":
        return Probed(choose_drawing(kernel, images, may_be_tmux=_may_be_tmux(environment)))
    term = environment.get("TERM", "dumb")
    if term in {"", "dumb", "unknown"}:
        return Probed(msgspec.structs.replace(kernel, images="none"))
    if term == "linux" or not is_in_foreground(source):
        # A console prints the question, and a process in the background is stopped for asking.
        return Probed(kernel)
    if "NO_COLOR" in environment:
        # Textual turns every colour grey then, those that carry picture ids too.
        return Probed(kernel)
    line = _Line(source, sink)
    inner, outer = _ask(line, environment)
    return Probed(judge_replies(kernel, inner, outer), line.received)


class _Line:
    """Both directions of the terminal."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self.received = b""
        """All that came so far."""

    def say(self, text: str) -> None:
        """Writes the text to its end."""
        rest = text.encode()
        while rest:
            rest = rest[os.write(self._sink, rest) :]

    def listen(self, deadline: float, is_enough: Callable[[Replies], bool]) -> Replies:
        """Returns what is said before the deadline, or until it is enough.

        Raises:
            KeyboardInterrupt: Ctrl+C was pressed, which raw mode delivers as a byte.
        """
        begin = len(self.received)
        replies = Replies()
        while not is_enough(replies) and (remaining := deadline - time.monotonic()) > 0:
            if not select.select([self._source], [], [], remaining)[0]:
                break
            chunk = os.read(self._source, 4096)
            if not chunk:
                break
            if b"\x03" in chunk:
                raise KeyboardInterrupt
            self.received += chunk
            replies = parse_replies(self.received[begin:])
        return replies

    @contextmanager
    def raw_screen(self) -> Iterator[None]:
        """Holds the terminal in raw mode on its alternate screen; gives it back on every path."""
        before = termios.tcgetattr(self._source)
        with ending_signals_raised():
            try:
                tty.setraw(self._source, termios.TCSANOW)
                self.say(_ENTER_ALTERNATE)
                yield
            finally:
                self.say(_LEAVE_ALTERNATE)
                termios.tcsetattr(self._source, termios.TCSANOW, before)


def _ask(line: _Line, environment: Mapping[str, str]) -> tuple[Replies, Replies]:
    """Returns what the terminal said, and what the one around tmux said."""
    deadline = time.monotonic() + PROBE_SECONDS
    with line.raw_screen():
        line.say(questions(may_be_tmux=_may_be_tmux(environment)))
        inner = line.listen(deadline, lambda replies: replies.attributes_count > 0)
        outer = inner
        if inner.is_tmux:
            outer = _ask_around_tmux(line, deadline, environment)
        line.listen(time.monotonic() + _DRAIN_SECONDS, lambda _replies: False)
        return inner, outer


def _ask_around_tmux(line: _Line, deadline: float, environment: Mapping[str, str]) -> Replies:
    """Returns what the terminal around tmux said; nothing where tmux passes nothing on."""
    if environment.get("TMUX"):
        passes_escapes, has_rgb = _ask_tmux(environment, deadline)
        if not (passes_escapes and has_rgb):
            return Replies(has_rgb=has_rgb)
    else:
        deadline = min(deadline, time.monotonic() + _NEAR_TMUX_SECONDS)
    # No DA1: tmux keeps its reply to itself.
    line.say(wrap_for_tmux(ASK_NAME + ASK_GRAPHICS))
    return line.listen(deadline, is_judged)


def _may_be_tmux(environment: Mapping[str, str]) -> bool:
    """Whether tmux runs on this side, or TERM came from one on the user's."""
    return bool(environment.get("TMUX")) or environment.get("TERM", "").startswith(
        ("tmux", "screen")
    )


def _ask_tmux(environment: Mapping[str, str], deadline: float) -> tuple[bool, bool]:
    """Returns whether tmux passes escapes on, and whether it keeps 24-bit colours."""
    command = ["tmux", "display-message", "-p", "#{allow-passthrough} #{client_termfeatures}"]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=deadline - time.monotonic(),
            env=dict(environment),
            check=False,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False, False
    passthrough, _, features = answer.strip().partition(" ")
    return passthrough in {"on", "all", "1", "2"}, "RGB" in features.split(",")


def _kernel_cell_size(sink: int) -> tuple[int, int] | None:
    """Returns pixels of a cell as the kernel knows them; over SSH often not at all."""
    try:
        reply = fcntl.ioctl(sink, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", reply)
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows


def _stream_fd(stream: object) -> int:
    """Returns the stream's file descriptor, or -1 where there is none."""
    try:
        return stream.fileno()  # type: ignore[attr-defined,no-any-return]
    except (AttributeError, ValueError, OSError):
        return -1
