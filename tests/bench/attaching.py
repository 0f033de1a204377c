"""`python -m tests.bench.attaching [--runs N]`: what a 50 megapixel picture does to the interface.

In the app on a real core it is attached, previewed in the pane and in the viewer, and thrown out
again; meanwhile the event loop is asked every millisecond whether it is free. The first round is
not counted: what is imported in it is measured by the start.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from textual.pilot import Pilot

from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.tui.app import SeeshellApp
from seeshell.tui.chat.chat_screen import ChatScreen
from seeshell.tui.picker import PreviewPane
from seeshell.tui.session.launch_options import LaunchOptions
from seeshell.tui.terminal.facts import TerminalFacts
from seeshell.tui.viewer import Viewer

from .figures import Figure
from .previews import photo
from .workplace import open_workplace

_SIZE = (8660, 5774)
_BEAT_SECONDS = 0.001
_PATIENCE_SECONDS = 60.0

FIGURES = (
    Figure("first_ms", "longest block, first round (with imports)", "ms", digits=0),
    Figure("attach_ms", "longest block while it is attached", "ms", 50, digits=0),
    Figure("preview_ms", "  while it is previewed", "ms", 50, digits=0),
    Figure("viewer_ms", "  while it is looked at in the viewer", "ms", 50, digits=0),
    Figure("thrown_out_ms", "  while it is thrown out", "ms", 50, digits=0),
    Figure("computed_ms", "most computed in one of them", "ms", digits=0),
    Figure("attach_s", "attached and checked after, median", "s"),
)


class _Beat:
    """Knows for how long the event loop was not free."""

    def __init__(self) -> None:
        self._longest = 0.0
        self.most_computed = 0.0
        """Most seconds that it computed without a pause: what others do to it is not in that."""

    async def run(self) -> None:
        """Measures until it is cancelled."""
        while True:
            slept_at, computed_at = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_BEAT_SECONDS)
            self._longest = max(self._longest, time.perf_counter() - slept_at - _BEAT_SECONDS)
            self.most_computed = max(self.most_computed, time.thread_time() - computed_at)

    def take(self) -> float:
        """Returns the longest block since the last time, in milliseconds."""
        longest, self._longest = self._longest, 0.0
        return 1000 * longest


class _User:
    """Does with keys what is measured."""

    def __init__(self, app: SeeshellApp, pilot: Pilot[None]) -> None:
        self._app = app
        self._pilot = pilot
        self.beat = _Beat()

    @property
    def _chat(self) -> ChatScreen:
        screen = self._app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    async def begin(self) -> None:
        """Returns once a question asked now would be answered."""
        await self._until(lambda: self._chat.session.is_ready)

    async def go_round(self, picture: Path) -> dict[str, float]:
        """Returns the longest block of each step, and how long attaching took."""
        beating = asyncio.create_task(self.beat.run())
        pictures = self._chat.session.draft.pictures
        self.beat.take()
        began_at = time.perf_counter()
        self._chat.chat.composer.attach([picture])
        await self._until(lambda: pictures and not pictures[0].is_checking)
        figures = {"attach_s": time.perf_counter() - began_at, "attach_ms": self.beat.take()}
        await self._pilot.press("shift+tab", "f3")
        await self._until(lambda: any(it.drawn for it in self._app.screen.query(PreviewPane)))
        figures["preview_ms"] = self.beat.take()
        await self._pilot.press("f9")
        await self._until(self._is_looked_at)
        figures["viewer_ms"] = self.beat.take()
        await self._pilot.press("escape")
        await self._until(lambda: self._app.screen is self._chat)
        self.beat.take()
        await self._pilot.press("d")
        await self._until(lambda: not pictures)
        await self._pilot.press("f3")
        await self._pilot.pause()
        figures["thrown_out_ms"] = self.beat.take()
        beating.cancel()
        return figures

    def _is_looked_at(self) -> bool:
        viewer = self._app.screen
        return isinstance(viewer, Viewer) and viewer.view.is_settled

    async def _until(self, condition: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > give_up_at:
                lines = self._app.screen._compositor.render_strips()
                raise TimeoutError("\n".join(strip.text for strip in lines))
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _opened(paths: Paths) -> AsyncIterator[_User]:
    app = SeeshellApp(paths, Settings(), TerminalFacts(images="halfblock"), LaunchOptions())
    async with app.run_test(size=(200, 60)) as pilot:
        user = _User(app, pilot)
        await user.begin()
        yield user


async def _measure(paths: Paths, picture: Path, runs: int) -> dict[str, float]:
    async with _opened(paths) as user:
        first = await user.go_round(picture)
        user.beat.most_computed = 0.0
        rounds = [await user.go_round(picture) for _ in range(runs)]
        computed = 1000 * user.beat.most_computed
    blocks = [key for key in first if key.endswith("_ms")]
    longest = {key: max(it[key] for it in rounds) for key in blocks}
    return longest | {
        "computed_ms": computed,
        "first_ms": max(first[key] for key in blocks),
        "attach_s": median(it["attach_s"] for it in rounds),
    }


def main() -> int:
    """Measures, prints, and returns 0 if the bars are met."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.attaching")
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with open_workplace() as workplace, tempfile.TemporaryDirectory(prefix="ss-") as folder:
        workplace.load_demo()
        picture = Path(folder) / "photo.jpg"
        photo(*_SIZE, 1).save(picture, quality=90)
        figures = asyncio.run(_measure(find_paths(workplace.environment), picture, runs))
    are_met = True
    for figure in FIGURES:
        value = figures[figure.key]
        bar = "" if figure.bar is None else f"<= {figure.bar:g} {figure.unit}"
        verdict = "" if figure.meets(value) else "missed"
        print(f"{figure.label:44} {value:8.{figure.digits}f} {figure.unit:3} {bar:10} {verdict}")
        are_met = are_met and figure.meets(value)
    return 0 if are_met else 1


if __name__ == "__main__":
    sys.exit(main())
