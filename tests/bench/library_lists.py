"""`make bench-lists`: lists of very many conversations, and the saves of an answer beside them.

A first page is to be there within 0.3 s. A save of a streaming answer may never be later than 1 s,
whatever is read, labelled, removed or backed up meanwhile.
"""

import argparse
import asyncio
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from seeshell.core.conversation import compose
from seeshell.core.kept import EVERYTHING, Labels, LibraryFilter, LibraryOrder
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.library_page import Stretch

from ..core.stored import pass_days, start
from .big_library import Size, fill

_RUNS: Final = 5
_PAGE: Final = Stretch(100)
_SAVE_EVERY: Final = 0.1
"""Seconds; the core saves every half second."""
_REMOVED: Final = 1000
"""Conversations that go into the bin and out of it."""

_FILTERS: Final = {
    "a model": LibraryFilter(model="8b"),
    "a picture": LibraryFilter(has_picture=True),
    "a tag": LibraryFilter(tags=("garden",)),
    "all of these": LibraryFilter(model="8b", has_picture=True, tags=("garden",)),
    "words": LibraryFilter(words="picture sign"),
}
_ORDERS: Final[tuple[LibraryOrder, ...]] = ("updated", "created", "title", "messages")


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="make bench-lists", description=__doc__)
    parser.add_argument("--conversations", type=int, default=Size().conversations)
    parser.add_argument("--home", type=Path, help="filled by big_library; it is copied")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-") as folder:
        home = Path(folder) / "home"
        paths = find_paths({"SEESHELL_HOME": str(home)})
        if options.home:
            shutil.copytree(options.home, home)
        else:
            count = options.conversations
            fill(paths, Size(count, 20 * count, 2 * count))
        _give_looks(paths)
        asyncio.run(_measure(paths))
    return 0


async def _measure(paths: Paths) -> None:
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    for order in _ORDERS:
        await _time(f"first page by {order}", _list(archive, EVERYTHING, order))
    for name, wanted in {**_FILTERS, **_by_picture(paths)}.items():
        await _time(f"first page with {name}", _list(archive, wanted))
    for name, work in _works(archive).items():
        async with _saving(archive, name):
            await work()
    pass_days(paths, 8)
    async with _saving(archive, "the weekly backup"):
        await archive.back_up(lambda: True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'most memory of the process':45} {peak:6.0f} MB")
    await archive.close()


def _list(
    archive: Archive, wanted: LibraryFilter, order: LibraryOrder = "updated"
) -> Callable[[], Awaitable[object]]:
    return lambda: archive.library.list_page(wanted, order, _PAGE)


def _by_picture(paths: Paths) -> dict[str, LibraryFilter]:
    with closing(sqlite3.connect(paths.database)) as database:
        (key,) = database.execute("SELECT key FROM picture LIMIT 1 OFFSET 99").fetchone()
    return {
        "one picture": LibraryFilter(picture=key),
        "what looks like it": LibraryFilter(picture=key, is_similar=True),
    }


def _works(archive: Archive) -> dict[str, Callable[[], Awaitable[object]]]:
    """Returns what goes on beside saves."""
    library = archive.library

    async def list_all() -> list[int]:
        ids: list[int] = []
        stretch = Stretch(1000)
        while not ids or stretch.after:
            page = await library.list_page(EVERYTHING, "title", stretch)
            ids += [row.summary.id for row in page.rows]
            stretch = Stretch(1000, page.next)
        return ids

    async def label_all() -> None:
        await library.label(await list_all(), Labels(add_tags=("everything",)))

    async def delete_many() -> None:
        for conversation in (await list_all())[:_REMOVED]:
            await archive.delete_conversation(conversation)

    return {
        "listing everything": list_all,
        "tagging everything": label_all,
        f"deleting {_REMOVED} conversations": delete_many,
        "emptying the bin": archive.library.empty_bin,
        "removing what was in it": archive.purge,
    }


async def _time(name: str, work: Callable[[], Awaitable[object]]) -> None:
    times = []
    for _ in range(_RUNS):
        started_at = time.perf_counter()
        await work()
        times.append(time.perf_counter() - started_at)
    print(f"{name:45} {1000 * max(times):6.0f} ms at most, {1000 * min(times):.0f} at least")


@asynccontextmanager
async def _saving(archive: Archive, name: str) -> AsyncIterator[None]:
    """Saves an open answer again and again, and tells how long the slowest save took."""
    turn = await start(archive, "Go on?")
    times: list[float] = []
    has_ended = asyncio.Event()

    async def save() -> None:
        text = ""
        while not has_ended.is_set():
            text += "and on "
            started_at = time.perf_counter()
            await archive.turns.save_answer(turn.answer.id, compose(text))
            times.append(time.perf_counter() - started_at)
            await asyncio.sleep(_SAVE_EVERY)

    saving = asyncio.create_task(save())
    started_at = time.perf_counter()
    yield
    seconds = time.perf_counter() - started_at
    has_ended.set()
    await saving
    print(f"{f'slowest save of {len(times)} beside {name}':45} {1000 * max(times):6.0f} ms", end="")
    print(f" ({seconds:.1f} s)")


def _give_looks(paths: Paths) -> None:
    chance = random.Random(1)
    with closing(sqlite3.connect(paths.database)) as database, database:
        keys = database.execute("SELECT key FROM picture").fetchall()
        database.executemany(
            "UPDATE picture SET look = ? WHERE key = ?",
            [(chance.getrandbits(64) - (1 << 63), key) for (key,) in keys],
        )


if __name__ == "__main__":
    sys.exit(main())
