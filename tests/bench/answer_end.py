"""How long an answer takes to end after its last token, with KV to evict and without.

The KV caches that wait to be evicted hold no sense, only bytes; all else is the engine's own way
from the last token to the end of `answer`, and then to the first token of a question that comes
while it evicts.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from seeshell.core.engine.engine import AnswerEnd, PromptMessage
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.prefix import TokenRun
from seeshell.core.engine.limits import Limits
from seeshell.core.engine.mlx_engine import MlxEngine
from seeshell.core.engine.turn_meter import TurnMeter
from seeshell.core.generation_options import GenerationOptions

from ..core.engine.endless import write_endless

EVICTED_BYTES = 300_000_000
_CONVERSATIONS = 3
"""That hold them."""
_TURNS = 9
_PAUSE = 0.1
"""Seconds from one answer to the question after it."""
_OPTIONS = GenerationOptions(max_tokens=40, temperature=0.0)
_QUESTION = (PromptMessage.of("user", "go on"),)


def measure() -> dict[str, float]:
    """Returns milliseconds from the last token to the end, and the next question's ttft."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> dict[str, float]:
    (folder / "model").mkdir()
    model = write_endless(folder / "model", text={"num_hidden_layers": 8})
    limits = Limits(1280, 10_000_000, 4 * 2**30, kv_bytes=2**30, kv_idle_bytes=1)
    engine = MlxEngine(limits, spills_dir=folder / "spills")
    await engine.load(str(model), lambda _: None)
    await _turn(engine)
    values: dict[str, list[float]] = {}
    for _ in range(_TURNS):
        for name, nbytes in (("empty", 0), ("full", EVICTED_BYTES)):
            await _fill(engine, nbytes)
            end_ms, next_ms = await _turn(engine)
            values.setdefault(f"end_{name}_ms", []).append(end_ms)
            values.setdefault(f"next_{name}_ms", []).append(next_ms)
    await engine.close()
    figures = {name: median(found) for name, found in values.items()}
    return figures | {
        "end_ratio": figures["end_full_ms"] / figures["end_empty_ms"],
        "next_ratio": figures["next_full_ms"] / figures["next_empty_ms"],
    }


async def _turn(engine: MlxEngine) -> tuple[float, float]:
    """Returns both figures of one answer and a next one that is asked for shortly after it."""
    last_token_at = 0.0
    stats = TurnMeter.stats

    def note_and_sum_up(meter: TurnMeter) -> object:
        nonlocal last_token_at
        last_token_at = meter.last_token_at
        return stats(meter)

    TurnMeter.stats = note_and_sum_up  # type: ignore[method-assign,assignment]
    try:
        async for _ in engine.answer(_QUESTION, _OPTIONS, conversation=1):
            pass
        ended_at = time.perf_counter()
        answered_at = last_token_at
    finally:
        TurnMeter.stats = stats  # type: ignore[method-assign]
    # By now the engine evicts, if there is anything to evict.
    await asyncio.sleep(_PAUSE)
    events = [event async for event in engine.answer(_QUESTION, _OPTIONS, conversation=1)]
    end = events[-1]
    assert isinstance(end, AnswerEnd)
    await engine._thread.run(lambda: None)
    return 1000 * (ended_at - answered_at), 1000 * end.stats.ttft


async def _fill(engine: MlxEngine, nbytes: int) -> None:
    """Replaces what the pool holds by conversations that hold so many bytes in all."""
    await engine.keep_only(frozenset({1}))
    pool = engine.slot.loaded().pool

    def fill() -> None:
        for owner in range(2, 2 + _CONVERSATIONS):
            _hold(pool, owner, nbytes // _CONVERSATIONS // pool.token_bytes)

    await engine._thread.run(fill)


def _hold(pool: KvPool, owner: int, count: int) -> None:
    run = TokenRun([owner] * count)
    if count:
        with pool.acquire(run, 0, owner=owner) as branch:
            branch.extend(run.tokens)
            for layer in branch.layers:
                layer.offset = count
