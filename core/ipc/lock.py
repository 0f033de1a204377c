"""The lock that only one core of a data directory can hold, and where that core listens."""

import fcntl
import os
import time
from typing import Final

import msgspec
from msgspec import Struct

from ..errors import CoreUnreachable
from ..private_files import make_private_folder, open_own, open_private
from ..settings import Paths
from ..undecodable import UNDECODABLE

_POLL: Final = 0.05

_LONGEST: Final = 65_536
"""Bytes of a lock file that are read; a core writes far fewer."""


class CoreAddress(Struct, frozen=True):
    """What the lock file says about the core that wrote it last; that core may be dead."""

    pid: int
    version: str
    socket: str = ""
    """Path of its socket; empty while it starts or ends."""


class AnotherCoreServes(Exception):
    """A core holds the lock already, and listens."""


def read_address(paths: Paths) -> CoreAddress | None:
    """Returns what the lock file holds; None if no core has written one."""
    try:
        with os.fdopen(open_own(paths.lock_file, os.O_RDONLY), "rb") as file:
            return msgspec.json.decode(file.read(_LONGEST), type=CoreAddress)
    except (OSError, *UNDECODABLE):
        return None


def is_core_alive(paths: Paths) -> bool:
    """Returns whether a process holds the lock, listening or not.

    Raises:
        CoreUnreachable: the lock file is there and can't be opened, as another user's can't.
    """
    try:
        descriptor = open_own(paths.lock_file, os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise CoreUnreachable(f"{error.filename} can't be opened: {error.strerror}.") from error
    try:
        # Shared, so that clients which look at the same time do not take each other for a core.
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


class CoreLock:
    """The lock of one data directory; it falls with the process, however that ends."""

    def __init__(self, paths: Paths, version: str) -> None:
        make_private_folder(paths.data_dir)
        self._paths = paths
        self.version = version
        """Of this core."""
        self._descriptor = open_private(paths.lock_file, os.O_RDWR)

    def acquire(self, patience: float) -> None:
        """Takes the lock, waiting for a core that is just starting or ending.

        Raises:
            AnotherCoreServes: its address can be read from the lock file.
            CoreUnreachable: another core has held it for `patience` seconds without listening.
        """
        give_up_at = time.monotonic() + patience
        is_certain = False
        while not _try_lock(self._descriptor):
            address = read_address(self._paths)
            if address is not None and address.socket and is_certain:
                raise AnotherCoreServes
            if time.monotonic() > give_up_at:
                pid = address.pid if address else "unknown"
                raise CoreUnreachable(
                    f"Another core (process {pid}) holds {self._paths.lock_file} and does not "
                    "answer: end that process and start again."
                )
            time.sleep(_POLL)
            # The first time it may have been a client that looked whether a core is alive.
            is_certain = True
        self.publish("")

    def is_in_place(self) -> bool:
        """Whether the lock file is still the one that clients find."""
        try:
            return os.path.samestat(self._paths.lock_file.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def publish(self, socket: str) -> None:
        """Writes where this core listens; empty before it does and once it has ended."""
        line = msgspec.json.encode(CoreAddress(os.getpid(), self.version, socket)) + b"\n"
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, line, 0)

    def release(self) -> None:
        """Gives the lock back."""
        os.close(self._descriptor)


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
