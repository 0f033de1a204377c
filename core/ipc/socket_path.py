"""Where the core's socket lies: in a folder of its own, within the platform's limit."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from ..private_files import make_private_folder
from ..settings import Paths

# Bytes that sun_path holds before its closing zero. Source: <sys/un.h> of both systems.
_LONGEST = 103 if sys.platform == "darwin" else 107


def make_socket_path(paths: Paths, longest: int = _LONGEST) -> Path:
    """Returns where to bind the socket; its folder is made, is the user's own and 0700.

    The name follows from the data folder: cores of two data folders that share a runtime folder
    have two sockets. A path over `longest` bytes is replaced by a short one below the temporary
    directory. Clients read the path from the lock file.

    Raises:
        OSError: the folder can't be made, or belongs to another user.
    """
    place = os.fsencode(os.path.realpath(paths.data_dir))
    name = hashlib.sha256(place).hexdigest()[:16]
    path = paths.runtime_dir / f"core-{name}.sock"
    if len(os.fsencode(path)) > longest:
        path = Path(tempfile.gettempdir()) / f"seeshell-{os.getuid()}-{name}" / "core.sock"
    make_private_folder(path.parent)
    return path
