"""`make soak`: thousands of turns on one core, and what they leave behind.

A client asks about pictures in a few conversations at a time, stops some answers, deletes old
conversations and begins new ones, with room for KV caches that the conversations exceed. Memory,
open handles, the database's write-ahead log and the spills' folder must not grow with the turns:
the last quarter is compared with the second, the first being the time in which caches fill.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from seeshell.core.demo import SAMPLES_PATH
from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.messages.events import Prefilled, TurnEnded, TurnFailed, TurnWithdrawn
from seeshell.core.messages.picture_events import Attached
from seeshell.core.messages.picture_requests import Attach
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import DeleteConversation, StopTurn, SubmitTurn
from seeshell.core.settings import Paths, find_paths

_CONVERSATIONS: Final = 8
_TURNS_EACH: Final = 12
"""Turns after which a conversation is deleted and a new one takes its place."""

_SETTINGS: Final = "kv_bytes = 2_000_000\nspill_bytes = 20_000_000\nmax_tokens = 24\n"

_MOST_GROWTH: Final = 1.05
_QUESTIONS: Final = ("What is in the picture?", "What color is it?", "How many shapes are there?")


class Sample(NamedTuple):
    """What the core holds after a turn."""

    memory_bytes: int
    handles: int
    wal_bytes: int
    spill_bytes: int


class Bar(NamedTuple):
    """A figure of the last quarter against that of the second."""

    name: str
    second: float
    last: float

    @property
    def is_met(self) -> bool:
        """Whether it did not grow, but for what the allocator may keep."""
        return self.last <= self.second * _MOST_GROWTH


class Soak:
    """The client that asks."""

    def __init__(self, client: CoreClient, paths: Paths, pictures: Sequence[str]) -> None:
        self._client = client
        self._paths = paths
        self._pictures = pictures
        self._chance = random.Random(1)
        self._core = psutil.Process(client.welcome.pid)
        self._turns: dict[int, int] = {}
        self._events = client.events()

    async def turn(self) -> Sample:
        """Asks one question, waits for its end and returns what the core holds then."""
        full = [it for it, turns in self._turns.items() if turns >= _TURNS_EACH]
        for conversation in full:
            del self._turns[conversation]
            await self._client.request(DeleteConversation(conversation=conversation))
        is_new = len(self._turns) < _CONVERSATIONS
        conversation = None if is_new else self._chance.choice(list(self._turns))
        has_picture = is_new or self._chance.random() < 0.2
        reply = await self._client.request(
            SubmitTurn(
                text=self._chance.choice(_QUESTIONS),
                attachments=(self._chance.choice(self._pictures),) if has_picture else (),
                conversation=conversation,
            )
        )
        assert isinstance(reply, TurnQueued)
        self._turns[reply.conversation] = self._turns.get(reply.conversation, 0) + 1
        await self._end_of(reply.conversation, is_stopped=self._chance.random() < 0.1)
        return self._sample()

    async def _end_of(self, conversation: int, *, is_stopped: bool) -> None:
        async for event in self._events:
            match event:
                case Prefilled(conversation=it) if it == conversation and is_stopped:
                    await self._client.request(StopTurn(conversation=conversation))
                    is_stopped = False
                case TurnEnded(conversation=it) if it == conversation:
                    return
                case TurnFailed() | TurnWithdrawn():
                    raise AssertionError(event.sentence)

    def _sample(self) -> Sample:
        wal = self._paths.database.with_name(self._paths.database.name + "-wal")
        spills = [path.stat().st_size for path in self._paths.spills_dir.glob("*")]
        return Sample(
            self._core.memory_info().rss,
            self._core.num_fds(),
            wal.stat().st_size if wal.exists() else 0,
            sum(spills),
        )


async def soak(paths: Paths, turns: int) -> list[Sample]:
    """Returns a sample for each turn."""
    paths.config_file.write_text(_SETTINGS)
    client = await CoreClient.connect(paths, launch_arguments=["--model", "demo"])
    pictures = []
    for path in sorted(SAMPLES_PATH.glob("*.png")):
        reply = await client.request(Attach(path=str(path)))
        assert isinstance(reply, Attached)
        pictures.append(reply.attachment.sha256)
    asking = Soak(client, paths, pictures)
    samples = []
    started_at = time.monotonic()
    for number in range(1, turns + 1):
        samples.append(await asking.turn())
        if number % (turns // 10 or 1) == 0:
            print(
                f"{number} turns, {samples[-1]}, {time.monotonic() - started_at:.0f} s", flush=True
            )
    await client.close()
    return samples


def compare(samples: Sequence[Sample]) -> list[Bar]:
    """Returns each figure's median in the second quarter and in the last."""
    quarter = len(samples) // 4
    second, last = samples[quarter : 2 * quarter], samples[-quarter:]
    return [
        Bar(name, *(statistics.median(sample[index] for sample in part) for part in (second, last)))
        for index, name in enumerate(Sample._fields)
    ]


def main() -> int:
    """Runs what the command line asks for; 0 where nothing grew."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--turns", type=int, default=4000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": home})
        Path(home).mkdir(exist_ok=True)
        bars = compare(asyncio.run(soak(paths, options.turns)))
        for bar in bars:
            verdict = "flat" if bar.is_met else "GROWS"
            print(f"{bar.name:14} {bar.second:14,.0f} {bar.last:14,.0f}  {verdict}")
        asyncio.run(stop_core(paths))
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
