"""The installed `seeshell` command with a home of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..patience import PATIENCE
from .pseudo_terminal import PLAIN_REPLIES, PseudoTerminal

COMMAND = Path(sys.executable).with_name("seeshell")


@dataclass(frozen=True)
class Installed:
    """Runs the command; everything it stores lies below `home`."""

    home: Path
    model: str = "demo"

    @property
    def environment(self) -> Mapping[str, str]:
        """What to add to the environment of a program."""
        return {"SEESHELL_HOME": str(self.home), "SEESHELL_MODEL": self.model}

    def run(
        self, *arguments: str | Path, given: bytes = b"", timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end.

        Args:
            arguments: after `seeshell`.
            given: what standard input holds.
            timeout: seconds that it may take.
        """
        done = subprocess.run(
            [COMMAND, *arguments],
            env=os.environ | self.environment,
            input=given,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def start(self, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        """Starts a command with its output in unbuffered pipes."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )

    def open(
        self,
        *arguments: str | Path,
        columns: int = 120,
        rows: int = 36,
        folder: Path | None = None,
        round_trip: float = 0.0,
        replies: Mapping[str, str] = PLAIN_REPLIES,
    ) -> PseudoTerminal:
        """Starts a command on a terminal, in `home` or a folder; as a context it ends it."""
        return PseudoTerminal(
            [COMMAND, *arguments],
            self.environment,
            columns=columns,
            rows=rows,
            folder=folder or self.home,
            round_trip=round_trip,
            replies=replies,
        )
