"""`make fuzz-transfers`: kills the core in the midst of importing and exporting.

Some of the conversations are there before, with their first message alone. Each round starts a core
on the same places, asks it to import one bundle and to write another, and ends it with SIGKILL at a
random moment. The next core must have each conversation of the bundle as a whole or as it was
before, none that it had before may be gone, and the place of the new bundle is empty or has a whole
one. At the end the bundle is imported once more, which must add what is
missing; what comes out then must be the bundle's own bytes, and a sweep two days later leaves no
stray file.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from seeshell import __version__
from seeshell.core.conversation import Attachment
from seeshell.core.errors import SeeshellError
from seeshell.core.ipc.client import CoreClient
from seeshell.core.kept import KeptConversation, LibraryFilter, Shelf
from seeshell.core.messages.library_events import BundleImported, LibraryListed, TreeRead
from seeshell.core.messages.library_requests import (
    ExportBundle,
    ImportBundle,
    ListLibrary,
    ReadTree,
)
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, find_paths
from seeshell.core.store.archive import Archive

from ..core.kept_samples import Sample, make_long, make_sample
from ..core.transfer.conftest import write_bundle
from ..running_core import RunningCore
from .ledger import Lost, check_pictures

_LONGEST_ROUND = 1.2
_TWO_DAYS = 2 * 86_400.0


class Places(NamedTuple):
    """Where everything lies."""

    paths: Paths
    bundle: Path
    """What is imported."""
    out: Path
    """What is written."""
    beginnings: Path
    """What is imported before all else."""


async def play(places: Places, sample: Sample, kills: int, chance: random.Random) -> int:
    """Kills the core so often and checks after each time; returns how many bundles were whole.

    Raises:
        Lost: something is missing or half there.
    """
    expected = {kept.uuid: kept for kept in sample.conversations}
    seen: dict[str, bool] = {}
    whole = 0
    await _begin(places)
    for number in range(kills + 1):
        client = await CoreClient.connect(places.paths, launch_arguments=["--unloaded"])
        seen = await _check(client, expected, seen)
        whole += _check_out(places.out, expected)
        if number == kills:
            break
        await _one_round(client, places, chance)
    await _finish(client, places, expected)
    return whole


async def _begin(places: Places) -> None:
    """Imports the first messages."""
    client = await CoreClient.connect(places.paths, launch_arguments=["--unloaded"])
    await client.request(ImportBundle(path=str(places.beginnings)))
    core = RunningCore(places.paths, client.welcome.pid)
    await client.close()
    await asyncio.to_thread(core.kill)


async def _one_round(client: CoreClient, places: Places, chance: random.Random) -> None:
    """Lets a core import and export, and kills it."""
    core = RunningCore(places.paths, client.welcome.pid)
    ids = tuple(await _list(client))
    asked = [
        asyncio.create_task(client.request(it))
        for it in (
            ImportBundle(path=str(places.bundle)),
            ExportBundle(conversations=ids, path=str(places.out)),
        )
    ]
    await asyncio.sleep(chance.uniform(0, _LONGEST_ROUND))
    await asyncio.to_thread(core.kill)
    for error in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(error, BaseException) and not isinstance(error, SeeshellError):
            raise error
    await client.close()


async def _check(
    client: CoreClient, expected: dict[str, KeptConversation], before: dict[str, bool]
) -> dict[str, bool]:
    """Returns the uuids of what is there, and whether that is whole or its beginning alone."""
    found = {}
    for conversation in await _list(client):
        reply = await client.request(ReadTree(conversation=conversation))
        assert isinstance(reply, TreeRead)
        kept = expected[reply.conversation.uuid]
        if reply.conversation not in (kept, _beginning(kept)):
            raise Lost(f"conversation {conversation} is half there")
        found[kept.uuid] = reply.conversation == kept
    if gone := [uuid for uuid, is_whole in before.items() if found.get(uuid, False) < is_whole]:
        raise Lost(f"{len(gone)} conversations are gone")
    if gone := before.keys() - found.keys():
        raise Lost(f"{len(gone)} beginnings are gone")
    return found


def _check_out(out: Path, expected: dict[str, KeptConversation]) -> bool:
    """Returns whether a bundle was written; if so, it is whole."""
    if not out.exists():
        return False
    with zipfile.ZipFile(out) as archive:
        if archive.testzip() is not None:
            raise Lost("a bundle is half there")
        names = [it for it in archive.namelist() if it.startswith("conversations/")]
        if any(it[14:-5] not in expected for it in names):
            raise Lost("a bundle holds something else")
    out.unlink()
    return True


async def _list(client: CoreClient) -> list[int]:
    ids: list[int] = []
    shelves: tuple[Shelf, ...] = ("current", "archived")
    for shelf in shelves:
        after = ""
        while True:
            reply = await client.request(
                ListLibrary(filter=LibraryFilter(shelf=shelf), after=after)
            )
            assert isinstance(reply, LibraryListed)
            ids += [row.summary.id for row in reply.rows]
            after = reply.next
            if not after:
                break
    return ids


async def _finish(
    client: CoreClient, places: Places, expected: dict[str, KeptConversation]
) -> None:
    """Imports once more, and compares what comes out with what went in."""
    core = RunningCore(places.paths, client.welcome.pid)
    reply = await client.request(ImportBundle(path=str(places.bundle)))
    assert isinstance(reply, BundleImported)
    taken = len(reply.added) + len(reply.extended) + reply.known
    if reply.left_out or taken != len(expected):
        raise Lost(f"the last import left out {reply.left_out[:3]}")
    await client.request(
        ExportBundle(conversations=tuple(await _list(client)), path=str(places.out))
    )
    await client.close()
    core.kill()
    if places.out.read_bytes() != places.bundle.read_bytes():
        raise Lost("what comes out is not what went in")
    leftovers = [it.name for it in places.out.parent.iterdir() if it.name.endswith(".unfinished")]
    if leftovers:
        raise Lost(f"leftovers of bundles: {leftovers}")
    await _check_sweep(places.paths, expected)


async def _check_sweep(paths: Paths, expected: dict[str, KeptConversation]) -> None:
    """Makes sure that a sweep two days later leaves what is needed and nothing else."""
    real = time.time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + _TWO_DAYS)
        archive = await Archive.open(paths, 10_000_000, PictureWorkers())
        await archive.sweep()
        await archive.close()
    needed = {
        part.sha256
        for kept in expected.values()
        for message in kept.messages
        for part in message.parts
        if isinstance(part, Attachment)
    }
    check_pictures(paths, needed)
    left = {it.name for it in paths.pictures_dir.rglob("*") if it.is_file()}
    if strays := left - needed:
        raise Lost(f"{len(strays)} files are left that nothing names: {sorted(strays)[:3]}")


def _beginning(kept: KeptConversation) -> KeptConversation:
    """Returns a conversation with its first message alone."""
    first = kept.messages[:1]
    return replace(kept, messages=first, head=first[0].uuid)


def _used(sample: Sample) -> Sample:
    """Returns the sample without pictures that no message has."""
    parts = [part for it in sample.conversations for one in it.messages for part in one.parts]
    used = {part.sha256 for part in parts if isinstance(part, Attachment)}
    return Sample(sample.conversations, {it: sample.pictures[it] for it in used})


def main() -> int:
    """Runs what the command line asks for; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="make fuzz-transfers", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--conversations", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": f"{home}/home"})
        sample = _used(make_sample(options.seed, options.conversations, 60))
        sample.conversations.extend(make_long(options.seed + it, 700) for it in range(3))
        longer = [make_long(options.seed + it, 1500) for it in range(100, 106)]
        sample.conversations.extend(longer)
        program = f"seeshell {__version__}"
        bundle = write_bundle(Path(home) / "in.seeshell", sample, program)
        first = Sample([_beginning(it) for it in longer], {})
        beginnings = write_bundle(Path(home) / "beginnings.seeshell", first, program)
        places = Places(paths, bundle, Path(home) / "out.seeshell", beginnings)
        started_at = time.monotonic()
        try:
            whole = asyncio.run(play(places, sample, options.kills, random.Random(options.seed)))
        except Lost as loss:
            print(f"lost: {loss}", flush=True)
            return 1
        minutes = (time.monotonic() - started_at) / 60
    print(
        f"{options.kills} kills in {minutes:.1f} min, {whole} bundles had been written whole: "
        "nothing lost, nothing half there",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
