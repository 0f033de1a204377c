"""Kills repairs of damaged databases at random moments: nothing that could be read is ever lost.

Run as `python -m tests.fuzz.care [--kills 100] [--seed 1]`. Each time a store is damaged, its
repair killed and begun again until it ends; what the repaired store holds must be what a repair
that nobody disturbs makes of the same damage.
"""

import argparse
import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from seeshell.core.care.stored_tables import stored_tables
from seeshell.core.pictures.workers import PictureWorkers
from seeshell.core.settings import Paths, Settings, find_paths
from seeshell.core.store.archive import Archive
from seeshell.core.store.stored_turns import NewQuestion

from ..core.care.everything import fill
from ..core.stored import ended

TALKS = 150
_MADE_UP = {"conversation", "message", "roll"}
"""Tables of which a repair may add rows, with uuids made at random."""

LONGEST = 2.5
"""Seconds after which a repair is killed at the latest: most have ended by then."""


async def prepare(paths: Paths) -> None:
    """Stores conversations that fill some hundred pages."""
    workers = PictureWorkers()
    archive = await Archive.open(paths, Settings().max_pixels, workers)
    for number in range(TALKS):
        await archive.turns.submit(None, NewQuestion(f"turn {number}", f"question {number}"))
        started = await archive.turns.start(f"turn {number}")
        text = f"{number}: " + "what fills a page " * 150
        await archive.turns.end_answer(started.conversation, ended(started.answer, text))
    await fill(archive, paths.data_dir.parent)
    await archive.close()
    await workers.close()


def damage(database: Path, rng: random.Random) -> None:
    """Writes noise over a few pages."""
    size = 4096
    pages = database.stat().st_size // size
    with database.open("r+b") as file:
        for page in rng.sample(range(1, pages), rng.choice((1, 1, 2, pages // 8))):
            file.seek(page * size)
            file.write(rng.randbytes(size))


def contents(database: Path) -> set[tuple[object, ...]]:
    """Returns all rows of the tables in which a repair makes up nothing."""
    with closing(sqlite3.connect(database)) as opened:
        names = {it.name for it in stored_tables(opened)} - _MADE_UP
        return {(name, *row) for name in names for row in opened.execute(f"SELECT * FROM {name}")}


def repair(paths: Paths, kill_after: float | None) -> bool:
    """Runs a repair; returns whether it ended by itself."""
    environment = os.environ | {"SEESHELL_HOME": str(paths.data_dir.parent)}
    command = [sys.executable, "-m", "seeshell.core.care", "--repair"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            return process.wait(kill_after) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            return False


def main() -> int:
    """Prints how many repairs lost something; returns 1 if any did."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        whole = find_paths({"SEESHELL_HOME": f"{folder}/whole"})
        asyncio.run(prepare(whole))
        kills = losses = ended_repairs = 0
        while kills < options.kills:
            damaged, calm, tried = (
                find_paths({"SEESHELL_HOME": f"{folder}/{it}"}) for it in ("damaged", "calm", "try")
            )
            for paths in (damaged, calm, tried):
                shutil.rmtree(paths.data_dir.parent, ignore_errors=True)
            shutil.copytree(whole.data_dir, damaged.data_dir)
            damage(damaged.database, rng)
            for paths in (calm, tried):
                shutil.copytree(damaged.data_dir, paths.data_dir)
            repair(calm, None)
            while not repair(tried, rng.uniform(0.3, LONGEST)):
                kills += 1
            ended_repairs += 1
            if not contents(calm.database) <= contents(tried.database):
                losses += 1
                print(f"lost something after {kills} kills")
    print(f"{kills} kills in {ended_repairs} repairs, {losses} lost something")
    return int(losses > 0)


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(status)
