"""`make fuzz-store-kills`: kills programs that migrate a database, or bin, restore and purge.

After each kill the store must be whole. A migration has happened or has not, and its backup is the
database as it was. Of an order to the bin everything has happened or nothing: no conversation and
no branch is lost that nobody removed, and none is half there. At the end a sweep must leave the
pictures that are needed and no other file.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec
from PIL import Image

from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive

from ..core.stored import ask, edit, end, files, pass_days, regenerate, set_pragma
from . import bin_ledger
from .bin_player import Order
from .ledger import Lost, check_pictures

_OLD: Final = Path(__file__).parents[1] / "core" / "store" / "databases" / "version-6.sqlite"
_COPIES: Final = 400
"""Of each conversation of the old database, so that its migration takes a while."""

_NUMBERS: Final = ("id", "conversation_id", "message_id", "parent_id", "head_id")
"""Columns that name rows."""

_MIGRATE: Final = """
import os, sqlite3
from seeshell.core.settings import find_paths
from seeshell.core.store.database import Database
paths = find_paths(os.environ)
print("ready", flush=True)
Database(paths).close()
print("done", flush=True)
"""

_CONVERSATIONS: Final = 30
_LONGEST_ROUND: Final = 0.6
"""Seconds until a player is killed."""


def main() -> int:
    """Runs what the command line asks for; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="make fuzz-store-kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="ss-") as folder:
        try:
            migrated = _kill_migrations(Path(folder) / "old", options.kills // 2, chance)
            orders = asyncio.run(_kill_players(Path(folder) / "bin", options.kills // 2, chance))
        except Lost as loss:
            print(f"lost: {loss}", flush=True)
            return 1
    print(f"{options.kills} kills, {migrated} of the migrations done, {orders} orders carried out")
    print("nothing lost, nothing half there", flush=True)
    return 0


def _kill_migrations(home: Path, kills: int, chance: random.Random) -> int:
    """Returns how many of the migrations had been done when they were killed."""
    paths = _open_home(home)
    old = home / "old.sqlite"
    _write_old(old)
    before = _content(old)
    paths.data_dir.mkdir(parents=True)
    shutil.copy(old, paths.database)
    seconds = _run_migration(paths, None)
    expected, done = _content(paths.database), 0
    for number in range(kills):
        shutil.rmtree(paths.data_dir)
        paths.data_dir.mkdir()
        shutil.copy(old, paths.database)
        _run_migration(paths, chance.uniform(0, seconds))
        found = _content(paths.database)
        if found not in (before, expected):
            raise Lost(f"a database is neither old nor new after kill {number + 1}")
        done += found == expected
        for backup in paths.data_dir.glob("conversations-*"):
            if _content(backup) != before:
                raise Lost(f"a backup is not what the database was after kill {number + 1}")
        _run_migration(paths, None)
        if _content(paths.database) != expected:
            raise Lost(f"a migration that was killed does not end as another, kill {number + 1}")
    print(f"{kills} kills in migrations of {seconds:.2f} s", flush=True)
    return done


def _run_migration(paths: Paths, kill_after: float | None) -> float:
    """Runs a program that opens the store; returns how long it took from its start on."""
    with _start([sys.executable, "-c", _MIGRATE], paths) as program:
        assert program.stdout is not None
        program.stdout.readline()
        started_at = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            program.send_signal(signal.SIGKILL)
        program.wait()
    if kill_after is None and program.returncode:
        raise Lost("the database can't be migrated")
    return time.monotonic() - started_at


def _write_old(path: Path) -> None:
    """Writes a database of the version before, with many conversations."""
    shutil.copy(_OLD, path)
    with closing(sqlite3.connect(path)) as database, database:
        for table in ("conversation", "message", "part"):
            columns = [it[1] for it in database.execute(f"PRAGMA table_info({table})")]
            kept = [it for it in columns if it != "uuid"]
            shifted = (f"{it} + 1000 * number" if it in _NUMBERS else it for it in kept)
            database.execute(
                "WITH RECURSIVE copy (number) AS "
                "(SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < ?) "
                f"INSERT INTO {table} ({', '.join(kept)}) SELECT {', '.join(shifted)} "
                f"FROM {table}, copy",
                (_COPIES,),
            )


def _content(path: Path) -> object:
    """Returns all that a database holds that every copy of it must hold."""
    with closing(sqlite3.connect(path)) as database:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise Lost(f"{path.name} is damaged")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        tables = ("conversation", "message", "part", "picture", "roll_row", "turn", "claim")
        return version, [database.execute(f"SELECT * FROM {it}").fetchall() for it in tables]


async def _kill_players(home: Path, kills: int, chance: random.Random) -> int:
    """Returns how many orders were carried out."""
    paths, workers = _open_home(home), PictureWorkers()
    count = 0
    for number in range(kills):
        await _fill(paths, workers, chance)
        expected = bin_ledger.read(paths)
        orders, pending = await asyncio.to_thread(_play, paths, chance)
        for order in orders:
            expected = bin_ledger.after(order, expected)
        bin_ledger.check(bin_ledger.read(paths), expected, pending)
        # The next start goes on with what was being removed.
        await _open_and_purge(paths, workers)
        found = bin_ledger.read(paths)
        bin_ledger.check(found, expected, pending)
        bin_ledger.check_nothing_left(paths, found)
        count += len(orders)
        if (number + 1) % 10 == 0:
            print(f"{number + 1} kills, {count} orders, {len(found)} conversations", flush=True)
    await _check_sweep(paths, workers)
    await workers.close()
    return count


def _play(paths: Paths, chance: random.Random) -> tuple[list[Order], Order | None]:
    """Returns the orders that a player carried out until it was killed, and the one it was at."""
    orders: list[Order] = []
    pending = None
    command = [sys.executable, "-m", "tests.fuzz.bin_player", str(chance.randrange(1 << 30))]
    with _start(command, paths) as program:
        assert program.stdout is not None
        if program.stdout.readline() != "ready\n":
            raise Lost("the store can't be opened")
        killing = threading.Timer(chance.uniform(0, _LONGEST_ROUND), program.kill)
        killing.start()
        for line in program.stdout:
            if not line.endswith("\n"):
                # The kill fell between a word and its line's end.
                break
            if line.startswith("{"):
                pending = msgspec.json.decode(line, type=Order)
                continue
            orders += [pending] if pending and line == "done\n" else []
            pending = None
        killing.cancel()
    if program.returncode != -signal.SIGKILL:
        raise Lost(f"the player ended by itself: {program.returncode}")
    return orders, pending


async def _fill(paths: Paths, workers: PictureWorkers, chance: random.Random) -> None:
    """Makes conversations with branches and pictures until there are enough."""
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    await set_pragma(archive, "synchronous = OFF")
    for _ in range(_CONVERSATIONS - len(bin_ledger.read(paths))):
        picture = paths.data_dir / "new.png"
        Image.new("RGB", (8, 8), tuple(chance.randbytes(3))).save(picture)
        attached = [(await archive.pictures.attach(picture, "", "")).picture]
        first = await ask(archive, f"question {chance.random()}", "yes", pictures=attached)
        number = first.conversation
        for _ in range(chance.randint(1, 4)):
            await ask(archive, f"more {chance.random()}", "no", number)
            await end(archive, await regenerate(archive, number), "perhaps")
        await end(archive, await edit(archive, number, first.question.id, "Or?"), "so")
        picture.unlink()
    await archive.close()
    pass_days(paths, 0.2)


async def _open_and_purge(paths: Paths, workers: PictureWorkers) -> None:
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    await archive.purge()
    await archive.close()


async def _check_sweep(paths: Paths, workers: PictureWorkers) -> None:
    """Makes sure that a sweep two days later leaves what is needed and nothing else."""
    pass_days(paths, 2)
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    await archive.purge()
    await archive.sweep()
    await archive.close()
    needed = bin_ledger.pictures(paths)
    check_pictures(paths, needed)
    if orphans := {it.name for it in files(paths)} - needed:
        raise Lost(f"{len(orphans)} files are left that nothing names")


def _open_home(home: Path) -> Paths:
    home.mkdir()
    return find_paths({"SEESHELL_HOME": str(home)})


def _start(command: Sequence[str], paths: Paths) -> subprocess.Popen[str]:
    environment = {**os.environ, "SEESHELL_HOME": str(paths.config_file.parent)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
