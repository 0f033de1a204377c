"""A core process of a test."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from seeshell.core.ipc.lock import is_core_alive
from seeshell.core.settings import Paths

from .patience import PATIENCE


@dataclass(frozen=True)
class RunningCore:
    """A core process that serves."""

    paths: Paths
    pid: int

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it as a crash would: nothing is finished or stored."""
        self.signal(signal.SIGKILL)
        wait_for_end(self.paths)


StartCore = Callable[..., RunningCore]


def wait_for_end(paths: Paths) -> None:
    """Returns when no core holds the lock any more."""
    give_up_at = time.monotonic() + PATIENCE
    while is_core_alive(paths):
        assert time.monotonic() < give_up_at, "the core does not end"
        time.sleep(0.01)
