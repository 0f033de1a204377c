"""When garbage is searched for, with Python's own collector."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from seeshell.tui.garbage import Collector

_MANY = 30
"""Searches through young objects, after a third of which Python would search through all."""


@contextmanager
def collecting(collector: Collector) -> Iterator[list[int]]:
    """Yields the generations that are searched meanwhile."""
    searched: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            searched.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    collector.start()
    try:
        yield searched
    finally:
        collector.stop()
        gc.callbacks.remove(note)
        gc.unfreeze()


async def test_while_somebody_types_no_search_stops_the_interface() -> None:
    with collecting(Collector(lambda: 0.0)) as searched:
        for _ in range(_MANY):
            gc.collect(1)
            await asyncio.sleep(0)
        assert searched.count(1) >= _MANY
        assert 2 not in searched


async def test_at_rest_everything_is_searched_once_it_is_worth_it() -> None:
    with collecting(Collector(lambda: 60.0)) as searched:
        for _ in range(_MANY):
            gc.collect(1)
            await asyncio.sleep(0)
        assert 1 <= searched.count(2) < _MANY / 5


def test_left_alone_python_has_its_own_rhythm_again() -> None:
    before = gc.get_threshold(), list(gc.callbacks)

    async def start_and_stop() -> None:
        collector = Collector(lambda: 0.0)
        collector.start()
        assert gc.get_threshold() != before[0]
        collector.stop()

    asyncio.run(start_and_stop())
    gc.unfreeze()
    assert (gc.get_threshold(), list(gc.callbacks)) == before
