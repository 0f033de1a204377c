"""`make bench-rolls`: a roll against the same number of turns over one connection, in turns.

Each round asks about new pictures, one half by turns (attach, submit, wait for the end, the next),
the other half by a roll, on the same core; which comes first changes with every round, so that a
machine that gets slower meets both. Every picture shows one coloured shape, so that it is known
which answers are right.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

from seeshell.core.generation_options import GenerationOptions
from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.messages.events import TurnEnded, TurnFailed
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import SubmitTurn
from seeshell.core.messages.roll_events import RollChanged, RollOpened
from seeshell.core.messages.roll_requests import OpenRoll, StartRoll
from seeshell.core.roll import RollPicture, RollQuestion
from seeshell.core.settings import Paths, find_paths

from .__main__ import describe_machine

BAR: Final = 0.85
"""Time of the roll against that of the turns."""

_QUESTION: Final = "What is in the picture?"
_OPTIONS: Final = GenerationOptions(temperature=0.0, max_tokens=40)
_COLORS: Final = {"red": (220, 40, 40), "green": (30, 160, 60), "blue": (40, 80, 210)}
_SHAPES: Final = ("circle", "square", "triangle")


class Drawn(NamedTuple):
    """A picture and what is on it."""

    path: Path
    words: tuple[str, str]

    def is_right(self, answer: str) -> bool:
        """Whether the answer names shape and colour."""
        return all(word in answer.lower() for word in self.words)


@dataclass
class Side:
    """One of the two ways to ask."""

    name: str
    seconds: list[float] = field(default_factory=list)
    """Of each round."""
    asked: int = 0
    right: int = 0

    def note(self, pictures: Sequence[Drawn], answers: Sequence[str], seconds: float) -> None:
        """Adds a round."""
        self.seconds.append(seconds)
        self.asked += len(pictures)
        self.right += sum(it.is_right(text) for it, text in zip(pictures, answers, strict=True))


def draw(folder: Path, count: int, seed: int, side: int) -> list[Drawn]:
    """Draws pictures of one shape each, of any place and size."""
    chance = random.Random(seed)
    drawn = []
    for number in range(count):
        color, shape = chance.choice(list(_COLORS)), chance.choice(_SHAPES)
        size = chance.randint(side // 4, side // 2)
        x, y = chance.randint(0, side - size), chance.randint(0, side - size)
        image = Image.new("RGB", (side, side), "white")
        pen, box = ImageDraw.Draw(image), (x, y, x + size, y + size)
        if shape == "circle":
            pen.ellipse(box, fill=_COLORS[color])
        elif shape == "square":
            pen.rectangle(box, fill=_COLORS[color])
        else:
            corners = [(x, y + size), (x + size, y + size), (x + size // 2, y)]
            pen.polygon(corners, fill=_COLORS[color])
        path = folder / f"{seed}-{number}.jpg"
        image.save(path, quality=92)
        drawn.append(Drawn(path, (color, shape)))
    return drawn


class Bench:
    """Both ways over one connection."""

    def __init__(self, client: CoreClient) -> None:
        self._client = client
        self._events = client.events()

    async def ask_by_turns(self, pictures: Sequence[Drawn], side: Side) -> None:
        """Asks one turn after the other, each in a conversation of its own."""
        begun_at, answers = time.perf_counter(), []
        for picture in pictures:
            attached = await self._client.request(Attach(path=str(picture.path)))
            assert isinstance(attached, Attached)
            keys = (attached.attachment.key,)
            queued = await self._client.request(
                SubmitTurn(text=_QUESTION, attachments=keys, options=_OPTIONS)
            )
            assert isinstance(queued, TurnQueued)
            answers.append(await self._end_of(queued.conversation))
        side.note(pictures, answers, time.perf_counter() - begun_at)

    async def ask_by_roll(self, pictures: Sequence[Drawn], side: Side) -> None:
        """Asks by one roll, until the last row is told."""
        begun_at = time.perf_counter()
        sources = tuple(RollPicture(str(it.path)) for it in pictures)
        opened = await self._client.request(
            StartRoll(question=RollQuestion(_QUESTION, _OPTIONS), pictures=sources)
        )
        assert isinstance(opened, RollOpened)
        roll = opened.roll.summary.id
        async for event in self._events:
            if isinstance(event, RollChanged) and (event.roll.id, event.roll.is_running) == (
                roll,
                False,
            ):
                break
        seconds = time.perf_counter() - begun_at
        read = await self._client.request(OpenRoll(roll=roll))
        assert isinstance(read, RollOpened)
        answers = [row.answer.text if row.answer else "" for row in read.roll.rows]
        side.note(pictures, answers, seconds)

    async def _end_of(self, conversation: int) -> str:
        async for event in self._events:
            if isinstance(event, TurnEnded | TurnFailed) and event.conversation == conversation:
                return event.message.text
        raise AssertionError("the core has ended")


async def measure(paths: Paths, folder: Path, options: argparse.Namespace) -> tuple[Side, Side]:
    """Returns what turns and rolls took."""
    client = await CoreClient.connect(paths, launch_arguments=["--model", options.model])
    bench, turns, rolls = Bench(client), Side("turns"), Side("roll")
    count = options.pictures // options.rounds
    for warming in (bench.ask_by_turns, bench.ask_by_roll):
        await warming(draw(folder, 4, warming is bench.ask_by_roll, options.side), Side(""))
    for number in range(options.rounds):
        ways = [(bench.ask_by_turns, turns), (bench.ask_by_roll, rolls)]
        for place, (ask, side) in enumerate(reversed(ways) if number % 2 else ways):
            seed = 100 + 2 * number + place
            await ask(draw(folder, count, seed, options.side), side)
        print(
            f"round {number + 1}: {turns.seconds[-1]:.2f} s by turns, {rolls.seconds[-1]:.2f} s "
            "by roll",
            file=sys.stderr,
            flush=True,
        )
    await client.close()
    return turns, rolls


def main() -> int:
    """Runs what the command line asks for; 0 where the bar is reached."""
    parser = argparse.ArgumentParser(prog="make bench-rolls", description=__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--side", type=int, default=480, help="pixels across and down")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": home})
        folder = Path(home) / "originals"
        folder.mkdir()
        try:
            turns, rolls = asyncio.run(measure(paths, folder, options))
        finally:
            asyncio.run(stop_core(paths))
    ratio = sum(rolls.seconds) / sum(turns.seconds)
    if options.json:
        sides = {it.name: vars(it) for it in (turns, rolls)}
        print(json.dumps({"machine": describe_machine(), "ratio": ratio} | sides, indent=2))
    else:
        for side in (turns, rolls):
            total = sum(side.seconds)
            each = 1000 * total / side.asked
            print(f"{side.name:6} {total:7.2f} s, {each:5.1f} ms each, {side.right} right")
        print(f"ratio  {ratio:7.3f}    bar {BAR}")
    return 0 if ratio <= BAR and rolls.right >= turns.right else 1


if __name__ == "__main__":
    sys.exit(main())
