"""`python -m tests.bench.previews`: how long the picker takes to show what is under the cursor.

Photographs of a telephone's size, pages of a PDF and rectangles of a large photograph, each read
for the first time: in the picker from the key to the drawn preview, and in a warm worker alone.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

from PIL import Image
from textual.app import App

from seeshell.core.excerpt import Excerpt, Region
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.tui.garbage import Collector
from seeshell.tui.picker import FilePicker, PreviewPane
from seeshell.tui.pictures import Pictures
from seeshell.tui.terminal.facts import TerminalFacts

from .figures import Figure

_PICTURES = 30
_LIMIT = 200_000_000
_PREVIEW_PIXELS = 60_000
_VIEWER_PIXELS = 240_000

FIGURES = (
    Figure("photo_p50_ms", "key to preview, JPEG of 12 megapixels, median", "ms", digits=0),
    Figure("photo_p95_ms", "  95th percentile", "ms", 150, digits=0),
    Figure("behind", "pictures drawn while a key repeats past 30", "", 2, digits=0),
    Figure("page_p50_ms", "key to preview, page of a PDF, median", "ms", digits=0),
    Figure("page_p95_ms", "  95th percentile", "ms", digits=0),
    Figure("part_p50_ms", "600x400 of 50 megapixels in a warm worker, median", "ms", digits=0),
    Figure("part_p95_ms", "  95th percentile", "ms", digits=0),
)


class _PickerApp(App[None]):
    """Shows a folder in the picker."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.pictures = Pictures(TerminalFacts(), Path, str)
        self.is_drawn = asyncio.Event()
        # As in the interface, while somebody types.
        self._collector = Collector(lambda: 0.0)

    def on_mount(self) -> None:
        self._collector.start()
        self.push_screen(_Picker(self))

    async def on_unmount(self) -> None:
        self._collector.stop()
        await self.pictures.close()


class _Picker(FilePicker):
    def __init__(self, app: _PickerApp) -> None:
        super().__init__(app.pictures, folder=app.folder)
        self._drawn = app.is_drawn

    def on_preview_pane_drawn(self, _event: PreviewPane.Drawn) -> None:
        self._drawn.set()


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[tuple[_PickerApp, "_Keys"]]:
    app = _PickerApp(folder)
    async with app.run_test(size=(120, 36)):
        keys = _Keys(app)
        await app.is_drawn.wait()
        yield app, keys


class _Keys:
    def __init__(self, app: _PickerApp) -> None:
        self._app = app

    async def time(self, key: str) -> float:
        """Returns how many milliseconds pass from a key to the preview."""
        self._app.is_drawn.clear()
        started_at = time.perf_counter()
        self._app.simulate_key(key)
        await self._app.is_drawn.wait()
        return 1000 * (time.perf_counter() - started_at)


async def _measure(folder: Path) -> dict[str, float]:
    figures = {}
    async with _opened(folder / "photos") as (_, keys):
        figures |= _spread("photo", [await keys.time("down") for _ in range(_PICTURES - 1)])
    async with _opened(folder / "photos") as (app, keys):
        before = len(app.pictures._copies._copies)
        for _ in range(_PICTURES - 2):
            app.simulate_key("down")
            await asyncio.sleep(0.02)
        await keys.time("down")
        figures["behind"] = len(app.pictures._copies._copies) - before
    async with _opened(folder / "papers") as (app, keys):
        app.simulate_key("right")
        await keys.time("down")
        figures |= _spread("page", [await keys.time("down") for _ in range(_PICTURES - 2)])
    return figures | await _measure_parts(folder / "large.jpg")


async def _measure_parts(photo: Path) -> dict[str, float]:
    workers, chance = PictureWorkers(), random.Random(1)
    taken = []
    for _ in range(_PICTURES):
        region = Region(chance.randrange(8000), chance.randrange(5300), 600, 400)
        started_at = time.perf_counter()
        await workers.shrink(photo, _VIEWER_PIXELS, "png", _LIMIT, excerpt=Excerpt(region=region))
        taken.append(1000 * (time.perf_counter() - started_at))
    await workers.close()
    # The first one waits for the worker to start.
    return _spread("part", taken[1:])


def _spread(name: str, taken: Sequence[float]) -> dict[str, float]:
    return {f"{name}_p50_ms": median(taken), f"{name}_p95_ms": quantiles(taken, n=20)[-1]}


def _write_pictures(folder: Path) -> None:
    for name in ("photos", "papers"):
        (folder / name).mkdir()
    for number in range(_PICTURES):
        photo(4000, 3000, number).save(folder / "photos" / f"{number:02}.jpg", quality=90)
    photo(8660, 5774, 0).save(folder / "large.jpg", quality=90)
    pages = [photo(850, 1100, number) for number in range(_PICTURES)]
    pages[0].save(
        folder / "papers" / "report.pdf", save_all=True, append_images=pages[1:], resolution=100
    )


def photo(width: int, height: int, number: int) -> Image.Image:
    """Returns a picture with as much detail as a photograph has: 3 bits a pixel as JPEG."""
    coarse = Image.effect_noise((width // 16, height // 16), 90 + number).resize((width, height))
    fine = Image.effect_noise((width, height), 12)
    return Image.merge("RGB", (Image.blend(coarse, fine, 0.4), coarse, fine))


def _print(figures: dict[str, float]) -> bool:
    are_met = True
    for figure in FIGURES:
        value = figures[figure.key]
        bar = "" if figure.bar is None else f"<= {figure.bar:g} {figure.unit}"
        verdict = "" if figure.meets(value) else "missed"
        print(f"{figure.label:52} {value:6.{figure.digits}f} {figure.unit:3} {bar:10} {verdict}")
        are_met = are_met and figure.meets(value)
    return are_met


def main() -> int:
    """Measures everything; 0 if all bars are met."""
    with tempfile.TemporaryDirectory(prefix="ss-") as name:
        _write_pictures(Path(name))
        return 0 if _print(asyncio.run(_measure(Path(name)))) else 1


if __name__ == "__main__":
    sys.exit(main())
