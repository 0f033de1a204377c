"""Draws a picture while the system lacks something, and again when it is there: one line each.

Arguments: what is lacking, and a picture that everybody may read.
"""

import asyncio
import concurrent.futures.thread
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.cells import cell_len

from seeshell.tui.pictures import Pictures
from seeshell.tui.terminal.facts import TerminalFacts

LIMITS: Final = {
    "files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "memory": resource.RLIMIT_AS,
}
SPARE_BYTES: Final = 2**22
"""Enough for what asyncio reads at once, and too little for the stack of a thread."""
NOBODY: Final = 65534


@contextmanager
def lacking(what: str) -> Iterator[None]:
    """Takes the process what it needs to start another one."""
    if what == "decoder":
        python, sys.executable = sys.executable, "/nowhere/python"
        yield
        sys.executable = python
        return
    limit = LIMITS[what]
    soft, hard = resource.getrlimit(limit)
    user = os.getuid()
    if what == "processes" and user == 0:
        # The superuser may start as many as they like.
        os.setresuid(NOBODY, NOBODY, 0)
    if what == "files":
        resource.setrlimit(limit, (0, hard))
    elif what == "processes":
        resource.setrlimit(limit, (1, hard))
    else:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(limit, (pages * resource.getpagesize() + SPARE_BYTES, hard))
    yield
    resource.setrlimit(limit, (soft, hard))
    if os.geteuid() != user:
        os.seteuid(user)
        os.setresuid(user, user, user)


async def main(what: str, picture: Path) -> None:
    pictures = Pictures(TerminalFacts(images="halfblock"), Path, str)
    # An app that runs has long loaded these.
    assert cell_len("…") == 1
    assert concurrent.futures.thread
    with lacking(what):
        await pictures.start()
        print((await pictures.draw(picture, 20, 10)).error, flush=True)
    print((await pictures.draw(picture, 20, 10)).error or "drawn", flush=True)
    await pictures.close()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
