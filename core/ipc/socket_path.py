"""Where the core's socket lies: in a folder of its own, within the platform's limit."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from ..private_files import make_private_folder
from ..settings import Paths

_NAME = "core.sock"

# Bytes that sun_path holds before its closing zero. Source: <sys/un.h> of both systems.
_LONGEST = 103 if sys.platform == "darwin" else 107


def make_socket_path(paths: Paths, longest: int = _LONGEST) -> Path:
    """Returns where to bind the socket; its folder is made, is the user's own and 0700.

    A path over `longest` bytes is replaced by a short one below the temporary directory. Clients
    read the path from the lock file.

    Raises:
        OSError: the folder can't be made, or belongs to another user.
    """
    folder = paths.runtime_dir
    if len(os.fsencode(folder / _NAME)) > longest:
        name = hashlib.sha256(os.fsencode(paths.data_dir.absolute())).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"seeshell-{os.getuid()}-{name}"
    make_private_folder(folder)
    return folder / _NAME
