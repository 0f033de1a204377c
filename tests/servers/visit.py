"""A real server, asked by the installed command as a user would ask it."""

import signal
from collections.abc import Callable
from pathlib import Path

from seeshell.core.demo import MODEL_PATH, SAMPLES_PATH

from ..terminal.installed import Installed
from .server import Server

PICTURE = SAMPLES_PATH / "red-circle-blue-square.png"
WHAT = "what is in the picture?"

_SLOW = 300.0
"""Seconds for an answer; a server loads the model that it is asked for first."""


class Visit:
    """One server and the command that asks it."""

    def __init__(self, server: Server, folder: Path, rambling: Path) -> None:
        self.server = server
        self.demo = f"{server.url}#{MODEL_PATH}"
        self.rambling = f"{server.url}#{rambling}"
        self.installed = Installed(folder, self.demo)

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """What is done, in this order; each raises `Wrong` where something is not as it should."""
        return self.chat, self.picture, self.stop, self.error, self.restart

    def chat(self) -> None:
        """A question, and one about what was said."""
        done = self.installed.run("ask", "hello", timeout=_SLOW)
        _expect(done.returncode == 0 and done.stdout.strip(), "it answers", done)

    def picture(self) -> None:
        """A question about a picture, a follow-up, a second picture."""
        run = self.installed.run
        done = run("ask", "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it sees the picture", done)
        done = run("ask", "--continue", "what color is the square?", timeout=_SLOW)
        _expect("blue" in done.stdout, "it remembers the picture", done)
        done = run("ask", "-i", SAMPLES_PATH / "green-star.png", WHAT, timeout=_SLOW)
        _expect("star" in done.stdout, "it sees the next picture and not the one before", done)

    def stop(self) -> None:
        """Ctrl+C in the middle of an answer that would not end; the next question is answered."""
        with self.installed.start("ask", "--model", self.rambling, "-i", PICTURE, WHAT) as asking:
            assert asking.stdout
            first = asking.stdout.read(1)
            asking.send_signal(signal.SIGINT)
            _, said = asking.communicate(timeout=_SLOW)
        _expect(first and asking.returncode == 130, "it can be stopped", said)
        done = self.installed.run("ask", "--model", self.demo, "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it answers after a stop", done)

    def error(self) -> None:
        """A model that the server does not have; the conversation goes on with another."""
        name = f"{self.server.url}#no-such/model"
        done = self.installed.run("ask", "--model", name, "hello", timeout=_SLOW)
        says = done.stderr.strip()
        _expect(done.returncode == 1 and says.endswith("."), "an unknown model is a sentence", done)
        _expect("Traceback" not in says, "no traceback is shown", done)
        done = self.installed.run("ask", "--model", self.demo, "hello", timeout=_SLOW)
        _expect(done.returncode == 0, "it answers after an error", done)

    def restart(self) -> None:
        """The server dies in the middle of an answer and is started again."""
        with self.installed.start("ask", "--model", self.rambling, "-i", PICTURE, WHAT) as asking:
            assert asking.stdout
            first = asking.stdout.read(1)
            self.server.kill()
            rest, said = asking.communicate(timeout=_SLOW)
        _expect(first and rest and asking.returncode == 1, "the text that came is kept", said)
        done = self.installed.run("ask", "--continue", "and now?", timeout=_SLOW)
        _expect("No server answers" in done.stderr, "a dead server is told as such", done)
        self.server.start()
        done = self.installed.run("ask", "--model", self.demo, "-i", PICTURE, WHAT, timeout=_SLOW)
        _expect("red circle" in done.stdout, "it answers once the server is back", done)

    def close(self) -> None:
        """Ends the core and the server."""
        self.installed.run("stop")
        self.server.kill()


class Wrong(Exception):
    """Something did not go as it should."""


def _expect(holds: object, what: str, said: object) -> None:
    if not holds:
        raise Wrong(f"not true: {what}\n{said}")
