"""`make bench-library`: searches and lists of a core that keeps 10,000 conversations.

Queries are typed letter by letter, each over the socket of a real core; then the core opens what
was found, and at last an endpoint streams an answer while searches run without a pause: what was
said by then is looked up in the database, and compared with when it was told.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from seeshell.core.errors import StoreError
from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.kept import LibraryFilter
from seeshell.core.messages.events import ConversationOpened, Delta, TurnFailed
from seeshell.core.messages.library_events import HitsFound, LibraryListed
from seeshell.core.messages.library_requests import FindHits, ListLibrary
from seeshell.core.messages.queue_events import TurnQueued
from seeshell.core.messages.requests import OpenConversation, StopTurn, SubmitTurn
from seeshell.core.settings import Paths, find_paths

from .__main__ import describe_machine
from .big_library import Size, fill
from .library_texts import characters
from .meter import high_water_mb
from .workplace import open_endpoint

_TYPED: Final = (
    "the red circle on the street",
    "picture with a sign",
    '"circle and" light',
    "größer als die Häuser",
    "eine Straße mit Bild",
    "thernessing",
    "img_00421",
    "no such thing anywhere",
    "一个红色的圆",
    "写真 東京都",
    "빨간 동그라미",
)
_TOKENS_A_SECOND: Final = 60
_STREAM_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.02


class Figure(NamedTuple):
    """What was measured, and what it must not exceed."""

    name: str
    value: float
    bar: float
    unit: str = "s"

    def __str__(self) -> str:
        verdict = "" if self.value <= self.bar else "   missed"
        return f"{self.name:58} {self.value:8.3f} {self.unit:2}   bar {self.bar:g}{verdict}"


class Bench:
    """One client of the core."""

    def __init__(self, client: CoreClient, paths: Paths) -> None:
        self._client = client
        self._paths = paths
        self._events = client.events()
        self._core = psutil.Process(client.welcome.pid)
        self._memory_before = self._core.memory_info().rss / 1e6

    async def measure(self) -> list[Figure]:
        """Returns all figures."""
        pages = [await self._time(ListLibrary(limit=100)) for _ in range(5)]
        typed = [query[:end] for query in _TYPED for end in range(1, len(query) + 1)]
        cpu_before = self._cpu_seconds()
        keys = [await self._find(query) for query in typed]
        cpu = (self._cpu_seconds() - cpu_before) / len(keys)
        listed = [await self._time(ListLibrary(filter=LibraryFilter(it))) for it in typed]
        filtered = [await self._find(it, has_picture=True, tags=("work",)) for it in typed]
        few = [await self._find(it) for it in _short_queries()]
        opened = [await self._open_at_a_hit(query) for query in ("circle", "的", "größer", "東京")]
        figures = [
            Figure("first page of the library, first time", pages[0], 0.3),
            Figure("hits after a key, p95", _p95(keys), 0.1),
            Figure("hits after a key, longest", max(keys), 0.3),
            Figure("of it CPU time of the core, mean", cpu, 0.05),
            Figure("hits after a key with filters, p95", _p95(filtered), 0.1),
            Figure("library's page after a key, p95", _p95(listed), 0.1),
            Figure("hits of 1 and 2 Chinese, Japanese, Korean characters, p95", _p95(few), 0.1),
            Figure("conversation opened at a hit, longest", max(opened), 0.3),
            Figure("save of a streamed answer while searches run, latest", await self._lag(), 1.0),
        ]
        grown = (high_water_mb(self._core.pid) or 0.0) - self._memory_before
        return [
            *figures,
            Figure("peak memory of a core without model", self._memory_before + grown, 150, "MB"),
            Figure("of it for what was asked", grown, 150, "MB"),
        ]

    def _cpu_seconds(self) -> float:
        times = self._core.cpu_times()
        return times.user + times.system

    async def _find(self, words: str, **wanted: object) -> float:
        """Returns the seconds until hits come."""
        return await self._time(FindHits(filter=LibraryFilter(words, **wanted)))  # type: ignore[arg-type]

    async def _time(self, request: FindHits | ListLibrary) -> float:
        begun_at = time.perf_counter()
        # One that is given up since it took too long counts with what it took.
        with suppress(StoreError):
            reply = await self._client.request(request)
            assert isinstance(reply, HitsFound | LibraryListed), reply
        return time.perf_counter() - begun_at

    async def _open_at_a_hit(self, words: str) -> float:
        """Returns the seconds until a conversation, and all hits in it, have come."""
        found = await self._client.request(FindHits(filter=LibraryFilter(words), limit=1))
        assert isinstance(found, HitsFound)
        conversation = found.hits[0].conversation
        begun_at = time.perf_counter()
        opened, hits = await asyncio.gather(
            self._client.request(OpenConversation(conversation=conversation)),
            self._client.request(FindHits(filter=LibraryFilter(words), conversation=conversation)),
        )
        assert isinstance(opened, ConversationOpened)
        assert isinstance(hits, HitsFound)
        return time.perf_counter() - begun_at

    async def _lag(self) -> float:
        """Returns how long it took at most until what was said of an answer was stored."""
        queued = await self._client.request(SubmitTurn(text="Tell me"))
        assert isinstance(queued, TurnQueued)
        told = _Told()
        searching = asyncio.create_task(self._search_on())
        end = time.monotonic() + _STREAM_SECONDS
        looking = asyncio.create_task(
            asyncio.to_thread(told.look, self._paths, queued.conversation)
        )
        async for event in self._events:
            match event:
                case Delta(conversation=it, text=text) if it == queued.conversation:
                    told.add(text)
                    if time.monotonic() > end:
                        break
                case TurnFailed():
                    raise AssertionError(event.message.error)
        told.has_ended = True
        await self._client.request(StopTurn(conversation=queued.conversation))
        searching.cancel()
        await asyncio.wait([searching])
        await looking
        return told.longest

    async def _search_on(self) -> None:
        for query in cycle(("th", "picture with", "的", "a o t")):
            await self._find(query)


class _Told:
    """What a client has heard of an answer, and when; looked up in the database meanwhile."""

    def __init__(self) -> None:
        self.has_ended = False
        self.longest = 0.0
        self._length = 0
        self._heard: list[tuple[int, float]] = []
        """After so many characters, at that time."""

    def add(self, text: str) -> None:
        """Notes a piece."""
        self._length += len(text)
        self._heard.append((self._length, time.monotonic()))

    def look(self, paths: Paths, conversation: int) -> None:
        """Looks again and again what is stored, until the answer has ended."""
        uri = f"{paths.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            while not self.has_ended:
                (stored,) = database.execute(
                    "SELECT coalesce(sum(length(text)), 0) FROM part WHERE kind = 'text' AND "
                    "message_id = (SELECT head_id FROM conversation WHERE id = ?)",
                    (conversation,),
                ).fetchone()
                now = time.monotonic()
                missing = [moment for length, moment in list(self._heard) if length > stored]
                self.longest = max(self.longest, now - min(missing, default=now))
                time.sleep(_LOOK_SECONDS)


def _short_queries() -> list[str]:
    """Returns queries of one and two characters of each script, from common to rare ones."""
    chance = random.Random(1)
    queries = []
    for language in ("chinese", "japanese", "korean"):
        signs = characters(language)
        queries += chance.sample(signs, 20)
        queries += ["".join(chance.sample(signs[:40], 2)) for _ in range(20)]
    return queries


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def measure(paths: Paths, model: str) -> list[Figure]:
    """Returns the figures of a core that answers from an endpoint."""
    client = await CoreClient.connect(paths, launch_arguments=["--model", model])
    try:
        return await Bench(client, paths).measure()
    finally:
        await client.close()
        await stop_core(paths)


def main() -> int:
    """Runs what the command line asks for; 0 where all bars are reached."""
    parser = argparse.ArgumentParser(prog="make bench-library ARGS=", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder made by tests.bench.big_library")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as folder,
        open_endpoint() as endpoint,
    ):
        paths = find_paths({"SEESHELL_HOME": str(options.home or folder)})
        if not paths.database.exists():
            begun_at = time.perf_counter()
            fill(paths, Size())
            print(f"filled in {time.perf_counter() - begun_at:.0f} s", file=sys.stderr)
        figures = asyncio.run(measure(paths, endpoint.model(_TOKENS_A_SECOND)))
    _print(figures, is_json=options.json)
    return 0 if all(it.value <= it.bar for it in figures) else 1


def _print(figures: Iterable[Figure], *, is_json: bool) -> None:
    if is_json:
        values = {it.name: it.value for it in figures}
        print(json.dumps({"machine": describe_machine(), "figures": values}, indent=2))
    else:
        print(describe_machine(), *figures, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
