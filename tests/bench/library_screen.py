"""How fast the library opens, searches and scrolls over a large store, and what memory it takes.

`python -m tests.bench.library_screen HOME` runs the app without a terminal on a folder that
`tests.bench.big_library` has filled; a core is started there, and ended. Pictures without a file
get one, so that thumbnails are drawn, in half blocks.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import cycle
from pathlib import Path

from textual.pilot import Pilot

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.library.library_screen import LibraryScreen
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts

_PATIENCE = 60.0
_WORDS = ("lemon", "market", "the", "市", "写真", "garden", "receipt", "a")


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> float:
    """Returns the seconds until a condition holds."""
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > _PATIENCE:
            raise TimeoutError("that never came to be")
        await pilot.pause(0)
    return time.perf_counter() - begun


class _User:
    """Somebody in front of the library, with a clock."""

    def __init__(self, pilot: Pilot[None], app: SeeshellApp) -> None:
        self._pilot = pilot
        self._chat = app._chat
        self._app = app
        self.figures: dict[str, float] = {}

    async def open(self, name: str) -> LibraryScreen:
        """Opens the library, and returns it once its rows are there."""
        begun = time.perf_counter()
        self._chat.action_show_library()
        await until(self._pilot, lambda: isinstance(self._app.screen, LibraryScreen))
        screen = self._app.screen
        assert isinstance(screen, LibraryScreen)
        await until(self._pilot, lambda: screen.panel.rows.row)
        self.figures[name] = time.perf_counter() - begun
        return screen

    async def type(self, screen: LibraryScreen, words: str) -> None:
        """Types words, each key after the results of the one before it."""
        seconds, view = [], screen._view
        for end in range(1, len(words) + 1):
            begun = time.perf_counter()
            screen.panel.line.value = words[:end]
            await until(self._pilot, lambda end=end: view.query.filter.words == words[:end])
            seconds.append(time.perf_counter() - begun)
        self.figures[f"each key of {words!r}, median"] = statistics.median(seconds)
        self.figures[f"each key of {words!r}, worst"] = max(seconds)

    async def open_hit(self, screen: LibraryScreen) -> None:
        """Opens the conversation at the cursor, where something was found in it."""
        begun = time.perf_counter()
        screen.panel.action_open()
        log = self._chat.chat.log_view
        await until(self._pilot, lambda: log.hit_number is not None)
        self.figures["open at a hit"] = time.perf_counter() - begun

    async def scroll(self, screen: LibraryScreen) -> None:
        """Goes to the end, and back by pages."""
        rows, begun = screen.panel.rows, time.perf_counter()
        rows.move_to(10_000_000)
        await until(self._pilot, lambda: rows.row)
        self.figures["to the end"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(200):
            rows.move_page(-1)
            await until(self._pilot, lambda: rows.row)
        self.figures["200 pages up"] = time.perf_counter() - begun


def link_pictures(paths: Paths) -> None:
    """Gives every picture that lacks its file a sample for it."""
    database = f"file:{paths.data_dir / 'conversations.sqlite'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM picture")]
    for key, sample in zip(keys, cycle(sorted(SAMPLES_PATH.glob("*.png"))), strict=False):
        file = paths.picture(key)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.symlink_to(sample)


async def measure(home: Path) -> dict[str, float]:
    """Returns seconds and megabytes by what they are of."""
    paths = find_paths({**os.environ, "SEESHELL_HOME": str(home)})
    link_pictures(paths)
    facts = TerminalFacts(images="halfblock", colours="truecolor")
    app = SeeshellApp(paths, Settings(model="demo"), facts, LaunchOptions())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app._chat.session.is_ready)
        user = _User(pilot, app)
        user.figures["MB before"] = _megabytes()
        await user.open("open, first time")
        await pilot.press("escape")
        screen = await user.open("open")
        for words in _WORDS:
            await user.type(screen, words)
        await user.open_hit(screen)
        await user.scroll(await user.open("open again"))
        user.figures["thumbnails drawn"] = len(app.pictures._copies._copies)
        user.figures["MB after"] = _megabytes()
    return user.figures


def _megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="the folder that was filled")
    figures = asyncio.run(measure(parser.parse_args().home))
    print(json.dumps({name: round(figure, 4) for name, figure in figures.items()}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
