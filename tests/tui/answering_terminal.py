"""A terminal that answers queries as it is told."""

import os
import pty
import re
import select
import threading
import time
import tty

from seeshell.tui.terminal.replies import ASK_ATTRIBUTES, QUESTIONS

from ..patience import PATIENCE

# tmux asks its own terminal for its name in the shorter form.
_QUERIES = re.compile(
    "|".join(re.escape(query) for query in (*QUESTIONS, "\x1b[>q", ASK_ATTRIBUTES))
)


class AnsweringTerminal:
    """The far end of a pseudo-terminal; answers queries as a given terminal would."""

    def __init__(
        self,
        replies: dict[str, str],
        *,
        around: dict[str, str] | None = None,
        delay: float = 0.0,
        piece: int = 4096,
    ) -> None:
        """Opens the terminal.

        Args:
            replies: the answer to each query; others are met with silence.
            around: answers of the terminal around it, which gets what is wrapped for tmux.
            delay: seconds before an answer.
            piece: bytes that arrive at a time.
        """
        self.replies = replies
        self.around = around
        self.delay = delay
        self.piece = piece
        self.received = ""
        self._far, self.near = pty.openpty()
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_open = False
        self._thread.join()
        os.close(self._far)
        os.close(self.near)

    def type(self, keys: bytes) -> None:
        os.write(self._far, keys)

    def wait_for(self, text: str) -> None:
        """Returns once the terminal has got the text."""
        end = time.monotonic() + PATIENCE
        while text not in self.received:
            assert time.monotonic() < end, f"{text!r} never came: {self.received!r}"
            time.sleep(0.005)

    def leaked(self, seconds: float = 0.15) -> bytes:
        """Returns what an app would read as keys that nobody typed."""
        tty.setraw(self.near)
        ready = select.select([self.near], [], [], seconds)[0]
        return os.read(self.near, 4096) if ready else b""

    def _serve(self) -> None:
        answered = 0
        while self._is_open:
            if not select.select([self._far], [], [], 0.01)[0]:
                continue
            self.received += os.read(self._far, 4096).decode()
            answered = self._answer(answered)

    def _answer(self, start: int) -> int:
        text = self.received[start:]
        plain = re.sub(
            r"\x1bPtmux;(.*?[^\x1b])\x1b\\(?!\x1b)",
            lambda envelope: self._answer_around(envelope[1].replace("\x1b\x1b", "\x1b")),
            text,
            flags=re.DOTALL,
        )
        replies = [self.replies.get(found[0], "") for found in _QUERIES.finditer(plain)]
        self._say("".join(replies))
        return len(self.received) if replies or plain != text else start

    def _answer_around(self, wrapped: str) -> str:
        around = self.around or {}
        self._say("".join(around.get(found[0], "") for found in _QUERIES.finditer(wrapped)))
        return ""

    def _say(self, text: str) -> None:
        if not text:
            return
        time.sleep(self.delay)
        spoken = text.encode()
        for begin in range(0, len(spoken), self.piece):
            os.write(self._far, spoken[begin : begin + self.piece])
            if self.piece < len(spoken):
                time.sleep(0.002)
