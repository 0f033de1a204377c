"""Servers that other people wrote, run on this machine with the demonstration model."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

PATIENCE = 180.0
"""Seconds for a server to start; the first import of one may take a minute."""


@dataclass
class Server:
    """A program that answers under `http://127.0.0.1:PORT/v1`."""

    name: str
    command: Sequence[str]
    """With `{port}` where the port belongs."""
    log: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of its environment."""
    context: int = 0
    """Most tokens of a request and its answer; 0 for no limit."""
    port: int = field(default_factory=lambda: _free_port())
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """What `--model` takes."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Returns when it answers requests."""
        command = [part.format(port=self.port) for part in self.command]
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "MLX_DISABLE_COMPILE": "1"}
        environment |= self.variables
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        give_up_at = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.name} did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """Ends it as a crash would, in the middle of whatever it sends."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return True


def mlx_vlm_server(folder: Path, *, has_apc: bool = False, context: int = 0) -> Server:
    """Returns mlx-vlm's own server, of the environment that runs this.

    Args:
        folder: for its log.
        has_apc: whether it keeps prefixes from one request to the next.
        context: most tokens of a request and its answer; 0 for no limit.
    """
    command = [sys.executable, "-m", "mlx_vlm.server", "--host", "127.0.0.1", "--port", "{port}"]
    name, variables = "mlx_vlm.server", {}
    if has_apc:
        name, variables = f"{name} with APC", {"APC_ENABLED": "1"}
    if context:
        name, command = f"{name} with {context} tokens", [*command, "--max-kv-size", str(context)]
    return Server(name, command, folder / f"{name}.log", variables, context)


def transformers_serve(folder: Path, program: Path) -> Server:
    """Returns `transformers serve`.

    Args:
        folder: for its log.
        program: `transformers` in an environment that has torch.
    """
    command = [str(program), "serve", "--host", "127.0.0.1", "--port", "{port}"]
    command += ["--device", "cpu", "--dtype", "float32"]
    return Server("transformers serve", command, folder / "transformers.log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
