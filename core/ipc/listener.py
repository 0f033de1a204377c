"""The listening socket and its file: made, watched and removed."""

import errno
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..private_files import make_private_folder

_BACKLOG: Final = 1024
"""Connections that wait to be accepted; the system may allow fewer."""


class Listener:
    """A socket that listens under a name that clients find."""

    def __init__(self, path: Path) -> None:
        """Listens.

        Raises:
            OSError: the socket can't be made.
        """
        self._path = path
        make_private_folder(path.parent)
        _clear(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        """Not blocking."""
        try:
            self.socket.setblocking(False)
            self.socket.bind(os.fspath(path))
            path.chmod(0o600)
            self.socket.listen(_BACKLOG)
            self._file = path.lstat()
        except BaseException:
            self.socket.close()
            raise

    def is_in_place(self) -> bool:
        """Whether clients that follow the name come here."""
        try:
            return os.path.samestat(self._path.lstat(), self._file)
        except OSError:
            return False

    def close(self) -> None:
        """Ends listening and removes the file, if it is still the one that was made."""
        self.socket.close()
        if self.is_in_place():
            with suppress(OSError):
                self._path.unlink()


def _clear(path: Path) -> None:
    """Removes what has a socket's name; a folder that is not empty is moved aside."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        # EPERM is macOS's.
        if error.errno not in (errno.EISDIR, errno.EPERM):
            raise
        path.rename(Path(tempfile.mkdtemp(prefix=f"{path.name}.", dir=path.parent)) / path.name)
