"""Random orders to a store until it is killed: deleting, restoring, labelling, purging.

A program of its own, started by `store_kills`: each order is a line of JSON before it begins, and
its outcome another line once it has ended.
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec
from msgspec import Struct

from seeshell.core.errors import BadRequest, NotStored
from seeshell.core.kept import EVERYTHING, Labels, LibraryFilter
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Settings, find_paths
from seeshell.core.store import sweeper
from seeshell.core.store.archive import Archive
from seeshell.core.store.library_page import Stretch

What = Literal["delete", "restore", "delete branch", "restore branch", "label", "empty", "purge"]

_ALL: Final = Stretch(1000)


class Order(Struct, frozen=True):
    """Something that the store is asked to do."""

    what: What
    conversations: tuple[int, ...] = ()
    message: int = 0
    tag: str = ""


class Player:
    """Chooses what can be done now, and does it."""

    def __init__(self, archive: Archive, chance: random.Random) -> None:
        self._archive = archive
        self._chance = chance
        self._deeds: dict[What, Callable[[Order], Awaitable[object]]] = {
            "delete": lambda it: archive.delete_conversation(it.conversations[0]),
            "restore": lambda it: archive.restore_conversation(it.conversations[0]),
            "delete branch": lambda it: archive.library.delete_branch(
                it.conversations[0], it.message
            ),
            "restore branch": lambda it: archive.library.restore_branch(
                it.conversations[0], it.message
            ),
            "label": lambda it: archive.library.label(
                it.conversations, Labels(add_tags=(it.tag,), is_pinned=True)
            ),
            "empty": lambda it: archive.library.empty_bin(it.conversations),
            "purge": lambda _: archive.purge(),
        }

    async def play(self) -> None:
        """Gives orders for ever."""
        number = 0
        while True:
            number += 1
            order = await self._choose(number)
            print(msgspec.json.encode(order).decode(), flush=True)
            try:
                await self._deeds[order.what](order)
            except (BadRequest, NotStored):
                print("refused", flush=True)
            else:
                print("done", flush=True)

    async def _choose(self, number: int) -> Order:
        library = self._archive.library
        page = await library.list_page(EVERYTHING, "updated", _ALL)
        there = [row.summary.id for row in page.rows]
        page = await library.list_page(LibraryFilter(shelf="bin"), "updated", _ALL)
        deleted = [row.summary.id for row in page.rows]
        whats: list[What] = ["delete", "delete branch", "delete branch", "restore branch", "label"]
        if deleted:
            whats += ["restore", "empty", "purge"] if number % 5 == 0 else ["restore"]
        what = self._chance.choice(whats)
        if what == "restore":
            return Order(what, (self._chance.choice(deleted),))
        if what == "empty":
            return Order(what, self._some(deleted))
        if what == "purge" or not there:
            return Order("purge")
        if what == "label":
            return Order(what, self._some(there), tag=f"tag {number}")
        conversation = self._chance.choice(there)
        if what == "delete":
            return Order(what, (conversation,))
        return Order(what, (conversation,), await self._choose_message(what, conversation))

    def _some(self, conversations: list[int]) -> tuple[int, ...]:
        count = self._chance.randint(1, min(4, len(conversations)))
        return tuple(self._chance.sample(conversations, count))

    async def _choose_message(self, what: What, conversation: int) -> int:
        tree = await self._archive.library.read_tree(conversation)
        if what == "restore branch":
            branches = [it.message for it in tree.deleted]
            return self._chance.choice(branches) if branches else 0
        return self._chance.choice(tree.ids)


async def _main(seed: int) -> None:
    # What was deleted a moment ago counts as old.
    sweeper.RESTORE_SECONDS = -1.0
    archive = await Archive.open(find_paths(os.environ), Settings().max_pixels, PictureWorkers())
    print("ready", flush=True)
    await Player(archive, random.Random(seed)).play()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
