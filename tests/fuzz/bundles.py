"""`make fuzz-bundles`: imports spoiled bundles and exports, and looks what that does.

A core gets bundles whose bytes, names, sizes and values were spoiled; other programs' exports are
spoiled too, and made bundles that the core gets. Each must be taken in or refused in one sentence.
Afterwards nothing may have been written beside the store, the core must live and its database be
whole, and all that was taken in must come out and in again as the same bytes.
"""

import argparse
import asyncio
import gzip
import json
import random
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Final

from seeshell.core.errors import CoreError, TransferError
from seeshell.core.ipc.client import CoreClient
from seeshell.core.messages.library_events import BundleImported, BundleWritten, LibraryListed
from seeshell.core.messages.library_requests import ExportBundle, ImportBundle, ListLibrary
from seeshell.core.messages.requests import Shutdown
from seeshell.core.settings import Paths, find_paths
from seeshell.tui.cli.importing.preparing import prepare

from ..core.kept_samples import make_sample
from ..core.transfer.conftest import write_bundle
from ..running_core import RunningCore, wait_for_end
from ..tui.cli.importing.chatgpt_export import conversations, write_export
from ..tui.cli.importing.other_exports import claude_chat, lm_studio_chat, open_webui_chat
from .transfer_mutants import Spoiled, spoil_any_zip, spoil_bytes, spoil_json

_FILES: Final = Path(__file__).parents[1] / "tui" / "cli" / "importing" / "files"

_LONGEST_SECONDS: Final = 20.0
"""For one file, on a busy machine."""


class Spoilt(AssertionError):
    """A file did harm."""


class Originals:
    """What is spoiled: bundles, and exports by the names of their files."""

    def __init__(self, folder: Path) -> None:
        self._place = folder / "original.seeshell"
        packed = write_export(folder / "chatgpt.zip", conversations()).read_bytes()
        self.exports = {
            "chatgpt.zip": packed,
            "conversations.json": json.dumps(conversations()).encode(),
        }
        for name, chat in (
            ("claude.json", [claude_chat()]),
            ("1.conversation.json", lm_studio_chat()),
            ("webui.json", [open_webui_chat()]),
        ):
            self.exports[name] = json.dumps(chat).encode()
        for path in _FILES.glob("*.db.gz"):
            self.exports[path.name.removesuffix(".gz")] = gzip.decompress(path.read_bytes())

    def spoil(self, chance: random.Random) -> tuple[str, Spoiled]:
        """Returns a name and a spoiled file."""
        if chance.random() < 0.6:
            return "in.seeshell", spoil_any_zip(self._make_bundle(chance), chance)
        name = chance.choice(sorted(self.exports))
        content = self.exports[name]
        if name.endswith(".zip"):
            return name, spoil_any_zip(content, chance)
        if name.endswith(".json"):
            return name, spoil_json(content, chance)
        return name, spoil_bytes(content, chance)

    def _make_bundle(self, chance: random.Random) -> bytes:
        """Returns a bundle of conversations that no other one has."""
        sample = make_sample(chance.getrandbits(32), 2, 3)
        content = write_bundle(self._place, sample).read_bytes()
        self._place.unlink()
        return content


async def play(paths: Paths, folder: Path, count: int, seed: int) -> Counter[str]:
    """Imports so many spoiled files; returns how often what came of them.

    Raises:
        Spoilt: one did harm.
    """
    chance = random.Random(seed)
    originals = Originals(folder)
    work = folder / "outside" / "in"
    work.mkdir(parents=True)
    outcomes: Counter[str] = Counter()
    client = await CoreClient.connect(paths, launch_arguments=["--unloaded"])
    for number in range(count):
        name, spoiled = originals.spoil(chance)
        path = work / name
        path.write_bytes(spoiled.content)
        started_at = time.monotonic()
        try:
            outcome = await _import(client, path)
        except Exception as error:
            raise Spoilt(f"file {number} ({name}, {spoiled.how}): {error!r}") from error
        if time.monotonic() - started_at > _LONGEST_SECONDS:
            raise Spoilt(f"file {number} ({name}, {spoiled.how}) took too long")
        outcomes[outcome] += 1
        path.unlink()
        if left := [it for it in (folder / "outside").rglob("*") if it.is_file()]:
            raise Spoilt(f"file {number} ({name}, {spoiled.how}) has written {left}")
    await _check_all(client, paths, folder)
    await client.close()
    return outcomes


async def _import(client: CoreClient, path: Path) -> str:
    """Returns what came of a file; any error but one sentence is a harm."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            prepared = prepare(path, Path(folder))
            reply = await client.request(ImportBundle(path=str(prepared.bundle)))
        except TransferError as error:
            _check_sentence(str(error))
            return "refused"
        except CoreError as error:
            raise Spoilt(f"the core: {error}") from error
    assert isinstance(reply, BundleImported)
    for sentence in (*prepared.left_out, *reply.left_out):
        _check_sentence(sentence)
    if reply.added or reply.extended:
        return "taken in" if not reply.left_out else "taken in in part"
    return "known already" if not reply.left_out else "left out"


def _check_sentence(sentence: str) -> None:
    if "\n" in sentence or "Traceback" in sentence or not sentence.rstrip().endswith((".", "…")):
        raise Spoilt(f"this is no sentence: {sentence!r}")


async def _check_all(client: CoreClient, paths: Paths, folder: Path) -> None:
    """Writes all that was taken in into a bundle, and that into another store and out again."""
    out = folder / "all.seeshell"
    await _export_all(client, out)
    with closing(sqlite3.connect(paths.database)) as database:
        (state,) = database.execute("PRAGMA integrity_check").fetchone()
        if state != "ok" or database.execute("PRAGMA foreign_key_check").fetchall():
            raise Spoilt(f"the database is damaged: {state}")
    home = folder / "other"
    other = await CoreClient.connect(
        find_paths({"SEESHELL_HOME": str(home)}), launch_arguments=["--unloaded"]
    )
    try:
        reply = await other.request(ImportBundle(path=str(out)))
        assert isinstance(reply, BundleImported)
        if reply.left_out:
            raise Spoilt(f"what came out does not come in: {reply.left_out[:3]}")
        again = folder / "again.seeshell"
        await _export_all(other, again)
        if _contents(again) != _contents(out):
            raise Spoilt("what came out is another thing after it came in")
    finally:
        await other.request(Shutdown())
        await other.close()


async def _export_all(client: CoreClient, path: Path) -> None:
    ids: list[int] = []
    for shelf in ("current", "archived"):
        after = ""
        while True:
            request = ListLibrary(after=after, limit=500)
            request = _on_shelf(request, shelf)
            reply = await client.request(request)
            assert isinstance(reply, LibraryListed)
            ids += [row.summary.id for row in reply.rows]
            after = reply.next
            if not after:
                break
    written = await client.request(ExportBundle(conversations=tuple(ids), path=str(path)))
    assert isinstance(written, BundleWritten)
    if written.left_out:
        raise Spoilt(f"what was taken in does not come out: {written.left_out[:3]}")


def _on_shelf(request: ListLibrary, shelf: str) -> ListLibrary:
    from msgspec.structs import replace

    return replace(request, filter=replace(request.filter, shelf=shelf))


def _contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {it.filename: archive.read(it) for it in archive.infolist()}


def main() -> int:
    """Runs what the command line asks for; 0 where nothing did harm."""
    parser = argparse.ArgumentParser(prog="make fuzz-bundles", description=__doc__)
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": f"{home}/home"})
        started_at = time.monotonic()
        try:
            outcomes = asyncio.run(play(paths, Path(home), options.mutants, options.seed))
        except Spoilt as harm:
            print(f"harm: {harm}", flush=True)
            return 1
        finally:
            _end(paths)
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    minutes = (time.monotonic() - started_at) / 60
    print(
        f"{options.mutants} files in {minutes:.1f} min: {told}; nothing beside the store",
        flush=True,
    )
    return 0


def _end(paths: Paths) -> None:
    """Ends the core, if it lives."""
    from seeshell.core.ipc.lock import is_core_alive, read_address

    address = read_address(paths)
    if is_core_alive(paths) and address is not None:
        RunningCore(paths, address.pid).kill()
        wait_for_end(paths)


if __name__ == "__main__":
    sys.exit(main())
