"""Checksums of files, computed side by side."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def checksum(path: Path) -> str:
    """Returns the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(paths: Sequence[Path]) -> list[str]:
    """Returns the sha256 of each file; empty for one that can't be read."""
    # Reading and hashing hold no GIL.
    with ThreadPoolExecutor(thread_name_prefix="checksum") as threads:
        return list(threads.map(_checksum_if_readable, paths))


def _checksum_if_readable(path: Path) -> str:
    try:
        return checksum(path)
    except OSError:
        return ""
