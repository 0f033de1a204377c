"""What an older version stored is indexed in steps, whatever comes between two of them."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from seeshell.core.conversation import compose
from seeshell.core.kept import LibraryFilter
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store import indexing
from seeshell.core.store.archive import Archive
from seeshell.core.store.search import WantedHits

from ...patience import PATIENCE
from ..stored import ask, change, end, start

FORGET = (
    "DELETE FROM message_words",
    "DELETE FROM title_words",
    "INSERT INTO message_starts (message_starts) VALUES ('delete-all')",
    "INSERT INTO title_starts (title_starts) VALUES ('delete-all')",
    "INSERT INTO unindexed SELECT 'title', max(id) FROM conversation",
    "INSERT INTO unindexed SELECT 'message', max(id) FROM message",
)
"""Makes a database as the migration leaves one."""


async def open_archive(paths: Paths) -> Archive:
    return await Archive.open(paths, Settings().max_pixels, PictureWorkers())


async def found(archive: Archive, words: str) -> tuple[int, int]:
    """Returns how many hits there are, and how many messages are not indexed."""
    (_, _, total, _), unindexed = await archive.search.find_hits(WantedHits(LibraryFilter(words)))
    return total, unindexed


@pytest.fixture
async def unindexed(archive: Archive, paths: Paths) -> None:
    """Twenty turns of an older version."""
    for number in range(20):
        await ask(archive, f"東 {number}?", "A lemon.")
    await archive.close()
    change(paths, *FORGET)


@pytest.mark.usefixtures("unindexed")
async def test_a_search_says_what_is_not_indexed_until_all_is(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_AT_ONCE_CHARACTERS", 1)
    goes_on = asyncio.Event()

    async def wait(seconds: float) -> None:
        await goes_on.wait()

    with monkeypatch.context() as patch:
        patch.setattr(indexing.asyncio, "sleep", wait)
        archive = await open_archive(paths)
        assert await found(archive, "lemon") == (0, 40)
        new = await ask(archive, "New 東?", "lemon")
        await archive.delete_conversation(1)
        await archive.library.empty_bin()
        await archive.purge()
        assert await found(archive, "lemon") == (1, 38)
        assert await found(archive, "東") == (21, 38)
        goes_on.set()
        await archive.indexing
    assert await found(archive, "lemon") == (20, 0)
    assert await found(archive, "東") == (40, 0)
    assert await found(archive, "new") == (2, 0)
    await end(archive, await start(archive, "And?", new.conversation), "lemon")
    assert await found(archive, "lemon") == (21, 0)
    await archive.close()


@pytest.mark.usefixtures("unindexed")
async def test_an_open_answer_is_indexed_when_it_ends(paths: Paths) -> None:
    archive = await open_archive(paths)
    await archive.indexing
    opened = await start(archive, "Open?")
    await archive.turns.save_answer(opened.answer.id, compose("lime"))
    change(paths, *FORGET)
    with closing(sqlite3.connect(paths.database)) as database:
        assert database.execute("SELECT count(*) FROM unindexed").fetchone() == (2,)
    index = indexing.Indexing(archive._conversations._database)
    while await archive._run(index.step):
        pass
    assert await found(archive, "lime") == (0, 0)
    assert await found(archive, "lemon") == (20, 0)
    await end(archive, opened, "lime")
    assert await found(archive, "lime") == (1, 0)
    await archive.close()


KILLED = """
import asyncio, os, signal
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Settings, find_paths
from seeshell.core.store import indexing
from seeshell.core.store.archive import Archive
put = indexing.WordIndex.put_message
def put_some(self, message, parts, left=[{steps}]):
    put(self, message, parts)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
indexing.WordIndex.put_message = put_some
indexing._AT_ONCE = 3
async def main():
    paths = find_paths(os.environ)
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    await archive.indexing
asyncio.run(main())
"""


@pytest.mark.usefixtures("unindexed")
@pytest.mark.parametrize("steps", [1, 8])
async def test_a_core_killed_while_it_indexes_goes_on_where_it_was(
    paths: Paths, steps: int
) -> None:
    program = [sys.executable, "-c", KILLED.format(steps=steps)]
    ended = await asyncio.to_thread(subprocess.run, program, check=False, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL
    archive = await open_archive(paths)
    await archive.indexing
    assert await found(archive, "lemon") == (20, 0)
    assert await found(archive, "東") == (40, 0)
    await archive.close()
    with closing(sqlite3.connect(paths.database)) as database:
        for table in ("message_words", "message_starts", "title_words", "title_starts"):
            database.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
