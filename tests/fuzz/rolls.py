"""`make fuzz-rolls`: kills the core at random moments of a roll, and looks whether a row was lost.

First each picture is asked about by a turn of its own. Then a roll asks about all of them; the
core is ended with SIGKILL again and again, and the next one resumes the roll, which is sent again
under the same name where its start got no reply. What was told as done must be stored with that
answer and not be computed again; in the end every row has the answer of its picture's own turn.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from seeshell.core.errors import NotStored, SeeshellError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.messages.events import TurnEnded
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.messages.roll_events import RollChanged, RollOpened, RollRowChanged
from seeshell.core.messages.roll_requests import OpenRoll, ResumeRoll, StartRoll
from seeshell.core.roll import Roll, RollPicture, RollQuestion, RollRow
from seeshell.core.settings import Paths, find_paths

from ..bench.rolls import Drawn, draw
from ..running_core import RunningCore
from .ledger import Lost

_QUESTION: Final = RollQuestion(
    "What is in the picture?", GenerationOptions(temperature=0.0, max_tokens=40)
)
_LONGEST_DELAY: Final = 0.08
"""Seconds from the event that is waited for to the kill: about two rows."""


class Watched:
    """What was told of a roll, over all its cores."""

    def __init__(self, truth: Sequence[str]) -> None:
        self._truth = truth
        self._done: dict[int, RollRow] = {}
        self.computed: Counter[int] = Counter()
        """How often the core said of a row that it is being answered."""

    def hear(self, row: RollRow) -> None:
        """Notes a row's news; raises `Lost` where it was done before."""
        if row.position in self._done:
            raise Lost(f"row {row.position} was done and is {row.state} again")
        if row.state == "running":
            self.computed[row.position] += 1
        elif row.state == "done":
            self.take(row)
        elif row.state == "failed":
            raise Lost(f"row {row.position} failed: {row.answer and row.answer.error}")

    def take(self, row: RollRow) -> None:
        """Notes a row that is done; raises `Lost` where it has the answer of another picture."""
        text = row.answer.text if row.answer else ""
        if text != self._truth[row.position]:
            raise Lost(f"row {row.position}: {text!r} instead of {self._truth[row.position]!r}")
        self._done[row.position] = row

    def compare(self, roll: Roll) -> None:
        """Compares what a new core has with what the one before told."""
        if [row.position for row in roll.rows] != list(range(len(self._truth))):
            raise Lost("rows are missing, or there twice")
        for row in roll.rows:
            told = self._done.get(row.position)
            if told is not None and told != row:
                raise Lost(f"row {row.position} was told as done and is stored as {row}")
            if told is None and row.state == "done":
                # It was stored right before the kill.
                self.take(row)


async def ask_alone(paths: Paths, pictures: Sequence[Drawn]) -> list[str]:
    """Returns the answer of each picture's own turn."""
    client = await CoreClient.connect(paths, launch_arguments=["--model", "demo"])
    events, answers = client.events(), []
    for picture in pictures:
        attached = await client.request(Attach(path=str(picture.path)))
        assert isinstance(attached, Attached)
        keys = (attached.attachment.key,)
        turn = SubmitTurn(text=_QUESTION.text, attachments=keys, options=_QUESTION.options)
        queued = await client.request(turn)
        assert isinstance(queued, TurnQueued)
        async for event in events:
            if isinstance(event, TurnEnded) and event.conversation == queued.conversation:
                answers.append(event.message.text)
                break
    core = RunningCore(paths, client.welcome.pid)
    await client.close()
    core.kill()
    return answers


async def follow(client: CoreClient, start: StartRoll, watched: Watched, rows: int) -> bool:
    """Returns whether the roll has ended before so many rows have; starts or resumes it."""
    with suppress(NotStored):
        opened = await client.request(OpenRoll(roll=1))
        assert isinstance(opened, RollOpened)
        watched.compare(opened.roll)
    opened = await client.request(start)
    assert isinstance(opened, RollOpened)
    await client.request(ResumeRoll(roll=opened.roll.summary.id))
    if not opened.roll.summary.waiting:
        return True
    async for event in client.events():
        if isinstance(event, RollRowChanged):
            watched.hear(event.row)
            rows -= event.row.state == "done"
            if rows < 0:
                return False
        elif isinstance(event, RollChanged) and not event.roll.is_running:
            return True
    return False


async def play(paths: Paths, pictures: Sequence[Drawn], kills: int, seed: int) -> Watched:
    """Kills the core so often; raises `Lost` at the first loss."""
    chance = random.Random(seed)
    watched = Watched(await ask_alone(paths, pictures))
    start = StartRoll(
        question=_QUESTION,
        pictures=tuple(RollPicture(str(it.path)) for it in pictures),
        uuid=uuid4().hex,
    )
    for number in range(kills + 1):
        client = await CoreClient.connect(paths, launch_arguments=["--model", "demo"])
        core = RunningCore(paths, client.welcome.pid)
        is_last = number == kills
        rows = len(pictures) if is_last else chance.randint(-1, len(pictures) // kills)
        following = asyncio.create_task(follow(client, start, watched, rows))
        delay = chance.uniform(0, _LONGEST_DELAY)
        if rows < 0:
            # Before the first row, or while the start is on its way.
            await asyncio.sleep(delay)
        else:
            await following
            await asyncio.sleep(0 if is_last else delay)
        await asyncio.to_thread(core.kill)
        with suppress(SeeshellError):
            await following
        await client.close()
        print(f"kill {number + 1}: {len(watched._done)} rows", file=sys.stderr, flush=True)
    client = await CoreClient.connect(paths, launch_arguments=["--model", "demo"])
    opened = await client.request(OpenRoll(roll=1))
    assert isinstance(opened, RollOpened)
    watched.compare(opened.roll)
    core = RunningCore(paths, client.welcome.pid)
    await client.close()
    core.kill()
    if opened.roll.summary.done != len(pictures):
        raise Lost(f"only {opened.roll.summary.done} of {len(pictures)} rows are done")
    return watched


def main() -> int:
    """Runs what the command line asks for; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="make fuzz-rolls", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started_at = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": home})
        folder = Path(home) / "originals"
        folder.mkdir()
        pictures = draw(folder, options.pictures, options.seed, side=240)
        try:
            watched = asyncio.run(play(paths, pictures, options.kills, options.seed))
        except Lost as loss:
            print(f"lost: {loss}", flush=True)
            return 1
        finally:
            asyncio.run(stop_core(paths))
    again = sum(count - 1 for count in watched.computed.values())
    minutes = (time.monotonic() - started_at) / 60
    print(
        f"{options.kills} kills, {options.pictures} rows: each there once with its own answer; "
        f"{again} were begun twice; {minutes:.1f} min"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
