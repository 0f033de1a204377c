"""Writes an export in a process of its own, and says what that took.

`python -m tests.pages.write CONVERSATIONS TARGET [FORM]`: CONVERSATIONS is a JSON file with kept
conversations; SEESHELL_HOME has their pictures.
"""

import asyncio
import os
import re
import resource
import sys
import time
from pathlib import Path

import msgspec

from seeshell.core.kept import KeptConversation
from seeshell.core.settings import find_paths
from seeshell.tui.export import ExportChoices, ExportForm
from tests.tui.export.conversations import exported


def main(source: str, target: str, form: ExportForm = "html") -> None:
    kept = msgspec.json.decode(Path(source).read_bytes(), type=list[KeptConversation])
    before, began = peak_mb(), time.monotonic()
    choices = ExportChoices(form, all_branches=True, replaces=True)
    _, notes = asyncio.run(exported(find_paths(os.environ), Path(target), choices, *kept))
    seconds, size = time.monotonic() - began, Path(target).stat().st_size / 1e6
    print(
        f"{Path(target).name}: {size:.1f} MB in {seconds:.1f} s, {len(notes)} notes, at most "
        f"{peak_mb():.0f} MB of memory ({before:.0f} before)"
    )


def peak_mb() -> float:
    """Returns the most memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        # What `getrusage` tells counts the parent's memory too.
        (line,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(line) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
