"""What is done while nobody waits."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from seeshell.core.errors import StoreError
from seeshell.core.messages.requests import DeleteConversation
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.sessions import housekeeping
from seeshell.core.sessions.housekeeping import Housekeeping
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.sessions.subscribers import Subscribers
from seeshell.core.settings import Paths, Settings
from seeshell.core.store.archive import Archive

from ...patience import PATIENCE
from ..scripted_engine import ScriptedEngine
from ..talk import Listener, carry_out, end_of, submit


async def test_what_was_deleted_long_ago_is_removed_when_a_core_starts(
    sessions: Sessions, engine: ScriptedEngine, client: Listener, archive: Archive, paths: Paths
) -> None:
    engine.enqueue("yes")
    queued = await submit(sessions, client, "?")
    await end_of(client, queued)
    await carry_out(sessions, DeleteConversation(conversation=queued.conversation), client)
    await sessions.close()
    await archive.close()
    database = sqlite3.connect(paths.database, isolation_level=None)
    database.execute("UPDATE conversation SET deleted_at = 1")
    archive = await Archive.open(paths, Settings().max_pixels, PictureWorkers())
    later = Sessions(archive, ScriptedEngine(), paths, Settings(), "1.0")
    async with asyncio.timeout(PATIENCE):
        while database.execute("SELECT count(*) FROM message").fetchone() != (0,):
            await archive.list_conversation_ids()
    await later.close()
    await archive.close()
    database.close()


class Core:
    """An archive and a worker that note what is asked of them."""

    def __init__(self, *, busy: int = 0, fails: bool = False, looks: int = 0) -> None:
        self.calls: list[str] = []
        self._looks = looks
        """How many pictures have none."""
        self.done = asyncio.Event()
        self._busy = busy
        """How often it says that it is at work."""
        self._fails = fails

    @property
    def is_busy(self) -> bool:
        self._busy -= 1
        self.calls.append("busy" if self._busy >= 0 else "idle")
        return self._busy >= 0

    async def purge(self) -> list[int]:
        self.calls.append("purge")
        if self._fails:
            raise StoreError("The disk is full.")
        return [7]

    async def sweep(self) -> None:
        self.calls.append("sweep")

    async def list_conversation_ids(self) -> list[int]:
        return [3, 5]

    async def keep_only(self, conversations: frozenset[int]) -> None:
        self.calls.append(f"keep {sorted(conversations)}")

    async def back_up(self, is_wanted: Callable[[], bool]) -> None:
        self.calls.append(f"back up {is_wanted()}")

    @property
    def old_looks(self) -> "Core":
        return self

    async def take_one(self) -> bool:
        looks = self.calls.count("look")
        if looks == self._looks:
            self.done.set()
            return False
        self.calls.append("look")
        return True


@pytest.mark.parametrize("fails", [True, False])
async def test_house_is_kept_only_while_nothing_is_computed(
    monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(housekeeping, "_PATIENCE", 0.0)
    core: Any = Core(busy=3, fails=fails, looks=2)
    subscribers = Subscribers()
    house = Housekeeping(core, core, core, subscribers)
    keeping = asyncio.create_task(house.run())
    async with asyncio.timeout(PATIENCE):
        await core.done.wait()
        core.done.clear()
        house.is_due.set()
        await core.done.wait()
    keeping.cancel()
    removing = ["idle", "purge", "idle", "sweep", "idle", "keep [3, 5]"]
    steps = [*removing, "idle", "idle", "back up True"]
    looks = ["idle", "idle", "look", "idle", "look", "idle"]
    assert core.calls == ["busy", "busy", "busy", *steps, *looks, *steps, "idle", "idle"]
    if not fails:
        assert await subscribers.changed.take() == (7,)
