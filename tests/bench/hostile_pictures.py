"""`python -m tests.bench.hostile_pictures`: what hostile files cost the core and the others.

Each file, and at last all of them, is attached four times at once to a fresh core that gives an
endless answer. Meanwhile another client attaches a picture and asks for the status again and
again; then it stops the answer and ends the core. Each figure is printed beside its bar. The dead
mount needs Linux and root.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from PIL import Image

from seeshell.core.errors import CoreError, ImageError
from seeshell.core.ipc.client import CoreClient
from seeshell.core.ipc.lock import is_core_alive
from seeshell.core.messages.events import Delta
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.requests import GetStatus, Shutdown, StopTurn, SubmitTurn
from seeshell.core.settings import HOME_VARIABLE, Paths, find_paths

from ..hostile import dead_mount, write_film, write_pdf_bomb, write_png, write_scan_bomb
from ..rambling import lift_answer_limit, write_rambling_model
from .figures import Figure

_SECONDS = 6.0
"""How long others ask while the files are being attached."""

_ATTACHES = 4

_COOLING_SECONDS = 7.0
"""Workers that are not needed any more stay for a little less."""

FIGURES = (
    Figure("attach_s", "another picture attached, longest", "s", 1.0),
    Figure("status_s", "status asked for, longest", "s", 1.0),
    Figure("stop_s", "an answer stopped", "s", 2.0),
    Figure("end_s", "the core ended", "s", 2.0),
    Figure("core_mb", "memory of the core above before, peak", "MB", 100, digits=0),
    Figure("workers_mb", "memory of its workers, peak", "MB", digits=0),
    Figure("left_mb", "  once the files were refused or attached", "MB", 100, digits=0),
    Figure("copied_mb", "copied of a file before it was refused", "MB", 1, digits=1),
    Figure("answered_s", "the file refused or attached", "s"),
)


@dataclass
class Watch:
    """What a core and its workers take while they are watched."""

    process: psutil.Process
    pictures_dir: Path
    core_bytes: int = 0
    workers_bytes: int = 0
    copied_bytes: int = 0
    is_over: bool = field(default=False)

    async def run(self) -> None:
        """Watches until it is over."""
        while not self.is_over:
            self.core_bytes = max(self.core_bytes, self.process.memory_info().rss)
            self.workers_bytes = max(self.workers_bytes, self.count_workers())
            for copy in self.pictures_dir.glob(".copy-*"):
                with suppress(FileNotFoundError):
                    self.copied_bytes = max(self.copied_bytes, copy.stat().st_size)
            await asyncio.sleep(0.02)

    def count_workers(self) -> int:
        """Returns the memory of all workers."""
        total = 0
        for child in self.process.children():
            with suppress(psutil.NoSuchProcess):
                total += child.memory_info().rss
        return total


async def measure(paths: Paths, model: str, files: Sequence[Path], sound: Path) -> dict[str, float]:
    """Returns the figures of some files on a fresh core."""
    client = await CoreClient.connect(paths, launch_arguments=("--model", model))
    hostile = await CoreClient.connect(paths, start=False)
    conversation = await _start_answer(client)
    process = psutil.Process(client.welcome.pid)
    before = process.memory_info().rss
    watch = Watch(process, paths.pictures_dir)
    watching = asyncio.create_task(watch.run())
    attaching = [asyncio.create_task(_attach(hostile, it)) for it in files * _ATTACHES]
    await asyncio.sleep(0.1)
    figures = await _ask_again_and_again(client, sound)
    figures["stop_s"] = await _time(client, StopTurn(conversation=conversation))
    await _wait_for(attaching)
    if all(task.done() for task in attaching):
        figures["answered_s"] = max((task.result() for task in attaching), default=0.0)
        await asyncio.sleep(_COOLING_SECONDS)
        figures["left_mb"] = watch.count_workers() / 1e6
    figures["core_mb"] = (watch.core_bytes - before) / 1e6
    figures["workers_mb"] = watch.workers_bytes / 1e6
    if files and all(it.suffix == ".film" for it in files):
        figures["copied_mb"] = watch.copied_bytes / 1e6
    watch.is_over = True
    await watching
    figures["end_s"] = await _end_core(client, paths)
    await asyncio.gather(*attaching)
    await hostile.close()
    await client.close()
    return figures


async def _wait_for(tasks: Sequence[asyncio.Task[float]]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await asyncio.gather(*(asyncio.shield(task) for task in tasks))


async def _start_answer(client: CoreClient) -> int:
    queued = await client.request(SubmitTurn(text="Tell me everything."))
    async for event in client.events():
        if isinstance(event, Delta):
            break
    return queued.conversation  # type: ignore[attr-defined, no-any-return]


async def _attach(client: CoreClient, path: Path) -> float:
    """Returns how long it takes until the file is attached or refused."""
    started_at = time.monotonic()
    with suppress(ImageError, CoreError):
        await client.request(Attach(path=str(path)))
    return time.monotonic() - started_at


async def _ask_again_and_again(client: CoreClient, sound: Path) -> dict[str, float]:
    longest = {"attach_s": 0.0, "status_s": 0.0}
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        longest["attach_s"] = max(longest["attach_s"], await _attach(client, sound))
        longest["status_s"] = max(longest["status_s"], await _time(client, GetStatus()))
    return longest


async def _time(client: CoreClient, request: StopTurn | GetStatus) -> float:
    started_at = time.monotonic()
    await client.request(request)
    return time.monotonic() - started_at


async def _end_core(client: CoreClient, paths: Paths) -> float:
    started_at = time.monotonic()
    await client.request(Shutdown())
    while is_core_alive(paths):  # noqa: ASYNC110 - a released lock tells nobody
        await asyncio.sleep(0.01)
    return time.monotonic() - started_at


@contextmanager
def _hostile_files(folder: Path) -> Iterator[dict[str, list[Path]]]:
    """Yields what to attach, by name; each kind lies in a folder of its own."""
    places = {name: folder / name for name in ("scans", "huge", "film", "paper")}
    for place in places.values():
        place.mkdir()
    heic = write_film(places["film"] / "heic.film", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")
    jpeg = places["film"] / "jpeg.film"
    Image.new("RGB", (64, 64)).save(jpeg, "JPEG")
    write_film(jpeg, jpeg.read_bytes())
    files = {
        "a JPEG of 0.5 MB with 10,000 scans": [write_scan_bomb(places["scans"] / "bomb.jpg")],
        "a transparent PNG of 196 megapixels": [write_png(places["huge"] / "huge.png", 14_000)],
        "a PDF that is drawn for ever": [write_pdf_bomb(places["paper"] / "bomb.pdf")],
        "films of 1.5 GB": [write_film(places["film"] / "mp4.film"), heic, jpeg],
    }
    with ExitStack() as stack:
        try:
            mount = stack.enter_context(dead_mount(folder / "dead"))
            files["four files on a dead mount"] = [mount / f"{number}.jpg" for number in range(4)]
        except OSError as error:
            print(f"no dead mount: {error}", file=sys.stderr)
        yield (
            {"nothing": []}
            | files
            | {"all of these": [it for some in files.values() for it in some]}
        )


def _print(name: str, figures: dict[str, float]) -> bool:
    """Prints the figures; returns whether all bars are met."""
    print(f"\n{name}")
    are_met = True
    for figure in FIGURES:
        value = figures.get(figure.key)
        if value is None:
            continue
        bar = "" if figure.bar is None else f"<= {figure.bar:g} {figure.unit}"
        verdict = "" if figure.meets(value) else "missed"
        print(f"  {figure.label:48} {value:8.{figure.digits}f} {figure.unit:3} {bar:10} {verdict}")
        are_met = are_met and figure.meets(value)
    return are_met


def main() -> int:
    """Measures every file; 0 if all bars are met."""
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as name:
        folder = Path(name)
        sound = folder / "sound.png"
        Image.effect_noise((640, 480), 60).convert("RGB").save(sound)
        write_rambling_model(folder / "model")
        are_met = []
        with _hostile_files(folder) as files:
            for number, (title, some) in enumerate(files.items()):
                home = folder / f"home{number}"
                home.mkdir()
                paths = find_paths({HOME_VARIABLE: str(home)})
                lift_answer_limit(paths)
                figures = asyncio.run(measure(paths, str(folder / "model"), some, sound))
                are_met.append(_print(title, figures))
    return 0 if all(are_met) else 1


if __name__ == "__main__":
    sys.exit(main())
