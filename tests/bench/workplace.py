"""A home of its own for what is measured: settings, conversations, core and endpoint."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..terminal.pseudo_terminal import PseudoTerminal

COMMAND = Path(sys.executable).with_name("seeshell")
READY = "Ask about"
"""What the empty prompt shows."""


@dataclass(frozen=True)
class Workplace:
    """A `SEESHELL_HOME` with the demonstration model, and the programs that run in it."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What to add to the environment of a program."""
        return {"SEESHELL_HOME": str(self.home), "SEESHELL_MODEL": "demo"}

    def open_app(self, *arguments: str) -> PseudoTerminal:
        """Starts the app; leaving it as a context ends it."""
        return PseudoTerminal([COMMAND, *arguments], self.environment, folder=self.home)

    def run(self, *arguments: str) -> str:
        """Runs a command to its end and returns what it prints."""
        return subprocess.run(
            [COMMAND, *arguments],
            env=dict(os.environ) | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        ).stdout

    def load_demo(self) -> None:
        """Starts the core and has the demonstration model answer once."""
        self.run("ask", "--json", "--model", "demo", "hello")

    def core_pid(self) -> int:
        """Returns the core's process; there must be one."""
        return int(json.loads(self.run("status", "--json"))["pid"])

    def stop_core(self) -> None:
        """Ends the core if there is one."""
        self.run("stop")


@contextmanager
def open_workplace() -> Iterator[Workplace]:
    """Yields an empty workplace; its core ends with it."""
    with tempfile.TemporaryDirectory(prefix="seeshell-bench-") as folder:
        workplace = Workplace(Path(folder))
        try:
            yield workplace
        finally:
            workplace.stop_core()


class Endpoint:
    """The streaming endpoint, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self._answers = process.stdout
        self._port = int(process.stdout.readline())

    def model(self, tokens_per_second: int) -> str:
        """Returns what to give as `--model`."""
        return f"http://127.0.0.1:{self._port}/v1#bench-{tokens_per_second}"

    def wait_for_times(self) -> list[float]:
        """Returns when each token of the next answer was sent, once all were."""
        times: list[float] = json.loads(self._answers.readline())
        return times


@contextmanager
def open_endpoint() -> Iterator[Endpoint]:
    """Yields an endpoint that serves until the context is left."""
    argv = [sys.executable, "-m", "tests.bench.endpoint"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Endpoint(process)
        finally:
            process.terminate()
