"""Asks the terminal once, before Textual starts, what it can show.

The question is put on the alternate screen, because some terminals print what they don't
understand. What is typed meanwhile is the app's: it reads first what was received here, and drops
the replies among it, as it does with those that come later.
"""

import os
import select
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
from .cell_size import kernel_cell_size, stream_fd
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

PROBE_SECONDS: Final = 1.4
"""Longest wait for all replies together: with what is drained after it the start waits 1.5 s at
most. A terminal that answers ends it after one round trip."""

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
    inner: Replies = Replies()
    """What answered said."""
    outer: Replies = Replies()
    """What the terminal around tmux said; the same without tmux."""


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
    source = stream_fd(sys.__stdin__) if input_fd is None else input_fd
    sink = stream_fd(sys.__stdout__) if output_fd is None else output_fd
    if not (os.isatty(source) and os.isatty(sink)):
        return Probed(TerminalFacts(images="none"))
    cell = kernel_cell_size(sink)
    cell_width, cell_height = cell or DEFAULT_CELL
    kernel = TerminalFacts(
        colours=guess_colours(environment),
        cell_width=cell_width,
        cell_height=cell_height,
        is_cell_known=cell is not None,
    )
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
    asked_at = time.monotonic()
    inner, outer = _ask(line, environment)
    knows_pane = bool(environment.get("TMUX"))
    facts = judge_replies(kernel, inner, outer, knows_pane=knows_pane)
    round_trip = max(line.heard_at - asked_at, 0.0)
    facts = msgspec.structs.replace(facts, round_trip=round_trip)
    return Probed(facts, line.received, inner, outer)


class _Line:
    """Both directions of the terminal."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self.received = b""
        """All that came so far."""
        self.heard_at = 0.0
        """When the first reply came, by the monotonic clock; 0 before that."""

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
            if replies != Replies() and not self.heard_at:
                self.heard_at = time.monotonic()
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
        tmux = _ask_tmux(environment, deadline)
        if not tmux.passes_escapes:
            return Replies(has_rgb=tmux.has_rgb, has_sixel=tmux.has_sixel)
    else:
        tmux = _Tmux(passes_escapes=True, has_rgb=False)
        deadline = min(deadline, time.monotonic() + _NEAR_TMUX_SECONDS)
    # No DA1: tmux keeps its reply to itself.
    line.say(wrap_for_tmux(ASK_NAME + ASK_GRAPHICS))
    outer = line.listen(deadline, is_judged)
    return outer._replace(
        # A tmux that rounds colours rounds the picture ids that they carry.
        graphics=outer.graphics if tmux.has_rgb or not environment.get("TMUX") else None,
        has_rgb=tmux.has_rgb,
        has_sixel=tmux.has_sixel,
    )


def _may_be_tmux(environment: Mapping[str, str]) -> bool:
    """Whether tmux runs on this side, or TERM came from one on the user's."""
    return bool(environment.get("TMUX")) or environment.get("TERM", "").startswith(
        ("tmux", "screen")
    )


class _Tmux(NamedTuple):
    """What tmux says of itself and of the terminal around it."""

    passes_escapes: bool = False
    has_rgb: bool = False
    """Whether it keeps 24-bit colours."""
    has_sixel: bool = False
    """Whether the terminal around it draws sixels."""


def _ask_tmux(environment: Mapping[str, str], deadline: float) -> _Tmux:
    """Returns what the tmux says that runs here."""
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
        return _Tmux()
    passthrough, _, listed = answer.strip().partition(" ")
    features = listed.split(",")
    return _Tmux(passthrough in {"on", "all", "1", "2"}, "RGB" in features, "sixel" in features)
