"""A home of its own for what is measured: settings, conversations, core and endpoint."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..terminal.installed import Installed

READY = "Ask about"
"""What the empty prompt shows."""


class Workplace(Installed):
    """The installed command in an empty home, with its core."""

    def load_demo(self) -> None:
        """Starts the core and has the demonstration model answer once."""
        self.run("ask", "--json", "--model", "demo", "hello").check_returncode()

    def core_pid(self) -> int:
        """Returns the core's process; there must be one."""
        return int(json.loads(self.run("status", "--json").stdout)["pid"])

    def stop_core(self) -> None:
        """Ends the core if there is one."""
        self.run("stop").check_returncode()


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
