"""Where a file can lie that is in memory alone, for what may come on no disk."""

import os
from pathlib import Path
from typing import Final

_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the names below it are made by tempfile
"""Linux has such a folder, macOS none."""


def find_memory_folder() -> Path | None:
    """Returns a folder of files that are in memory; None where the system has none."""
    return _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
