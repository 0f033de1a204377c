"""A model of all kinds of caches whose numbers can be checked: the KV of a token is its number, and
a state is the remainder of all tokens before it."""

import random
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_vlm.models.cache import ArraysCache

from seeshell.core.engine.kv.branch import Branch
from seeshell.core.engine.kv.layout import KvLayout
from seeshell.core.engine.kv.measuring import measure_layout
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.prefix import TokenRun, reusable_length
from seeshell.core.engine.kv.snapshot import Snapshot
from seeshell.core.engine.kv.spill import Spills
from seeshell.core.engine.kv.spill_block import SpillIdentity
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.mlx_vlm_names import CacheList, KVCache, RotatingKVCache

BLOCK_TOKENS = 16
IDENTITY = SpillIdentity("hybrid", "1", "", "test", 4, 1280, 0)


class NoPictures:
    """Pictures of a model that has seen none."""

    def file_of(self, _sha256: str) -> str:
        return ""


def make_layers() -> list[Any]:
    """Attention, a state, both in one, a sliding window, and a layer that reads another's KV."""
    return [
        KVCache(),
        ArraysCache(2),
        CacheList(KVCache(), ArraysCache(2)),
        RotatingKVCache(max_size=8),
        KVCache(),
    ]


def compute(layers: list[Any], tokens: list[int]) -> Any:
    """Adds tokens to the caches."""
    attention, state, (inner, inner_state), window, _ = [
        *layers[:2],
        layers[2].caches,
        *layers[3:],
    ]
    numbers = mx.broadcast_to(
        mx.array(tokens, mx.float32)[None, None, :, None], (1, 1, len(tokens), 4)
    )
    seen = [cache.update_and_fetch(numbers, numbers)[0] for cache in (attention, inner, window)]
    for cache in (state, inner_state):
        if cache[0] is None:
            cache[0] = mx.zeros((1, 2), mx.int32)
        remainder, count = cache[0][0].tolist()
        # In place, as some models write into their states.
        cache[0][0, 0] = remainder_after(tokens, remainder)
        cache[0][0, 1] = count + len(tokens)
    return mx.concatenate([*(it.reshape(-1) for it in seen), state[0][0], inner_state[0][0]])


def remainder_after(tokens: list[int], remainder: int = 0) -> int:
    for token in tokens:
        remainder = (remainder * 31 + token) % 10_007
    return remainder


def make_layout() -> KvLayout:
    return measure_layout(
        make_layers, lambda layers, held, count: compute(layers, [1 + held] * count)
    )


LAYOUT = make_layout()


def make_pool(folder: Path | None = None, limit_tokens: int = 100_000, disk: int = 2**30) -> KvPool:
    """A pool that spills to a folder, where one is given."""
    spills = None
    if folder is not None:
        pictures: Any = NoPictures()
        spills = Spills(SpillFolder(folder, disk), IDENTITY, LAYOUT, pictures, BLOCK_TOKENS)
    return KvPool(LAYOUT, limit_tokens * LAYOUT.token_bytes, spills=spills)


def extend(pool: KvPool, branch: Branch, tokens: list[int], points: tuple[int, ...] = ()) -> None:
    """Computes the branch up to these tokens and copies its states at some lengths."""
    for end in sorted({*points, len(tokens)}):
        new = tokens[len(branch.tokens) : end]
        if new:
            mx.eval(compute(branch.layers, new), branch.arrays())
            branch.extend(new)
        if len(branch.tokens) == end and end in points:
            pool.keep_state(branch)


def use(
    pool: KvPool, tokens: list[int], points: tuple[int, ...] = (), room: int = 0, owner: int = 1
) -> int:
    """Computes a prompt in the pool and returns how much of it was reused."""
    with pool.acquire(TokenRun(tokens), room, owner=owner) as branch:
        reused = len(branch.tokens)
        assert_cold(branch)
        extend(pool, branch, tokens, points)
        assert_cold(branch)
    return reused


def assert_cold(branch: Branch) -> None:
    """All that the branch holds is what computing its tokens from nothing gives."""
    length = len(branch.tokens)
    for index in range(len(branch.caches)):
        parts = branch.parts(index, 0, length)
        assert [
            number for keys, _ in parts for number in keys[0, 0, :, 0].tolist()
        ] == branch.tokens
    if length:
        states = LAYOUT.state_caches(branch.layers)
        assert [cache[0].tolist() for cache in states] == 2 * [cold_state(branch.tokens)]
        assert [cache[1] for cache in states] == [None, None]
    for snapshot in branch.snapshots:
        assert_cold_snapshot(snapshot, branch.tokens)


def assert_cold_snapshot(snapshot: Snapshot, tokens: list[int]) -> None:
    expected = cold_state(tokens[: snapshot.length])
    assert [state["state"][0].tolist() for state in snapshot.states] == [expected, expected]


def cold_state(tokens: list[int]) -> list[list[int]]:
    return [[remainder_after(tokens), len(tokens)]]


def array_bytes(pool: KvPool) -> int:
    """Memory of all arrays that the pool's branches hold, counted from the arrays themselves."""
    arrays: dict[int, int] = {}
    for branch in with_all_trunks(pool):
        states = [cache[0] for cache in LAYOUT.state_caches(branch.layers)]
        kv = [array for cache in branch.caches for array in (cache.keys, cache.values)]
        kept = [state["state"][0] for it in branch.snapshots for state in it.states]
        arrays |= {id(it): it.nbytes for it in [*states, *kv, *kept] if it is not None}
    return sum(arrays.values())


def with_all_trunks(pool: KvPool) -> list[Branch]:
    found: list[Branch] = []
    for branch in pool.branches:
        held: Branch | None = branch
        while held is not None and held not in found:
            found.append(held)
            held = held.trunk
    return found


def play(seed: int, folder: Path) -> None:
    """Runs a random program; after each step all branches hold what a cold run gives."""
    chance = random.Random(seed)
    limit_tokens = chance.choice([1200, 2400, 100_000])
    disk = chance.choice([20_000, 2**30])
    pool = make_pool(folder, limit_tokens, disk)
    fresh = iter(range(1, 10_000_000))
    known: list[list[int]] = [[]]
    for _ in range(25):
        start = chance.choice(known)
        start = start[: chance.choice([len(start), chance.randint(0, len(start))])][-300:]
        tokens = [*start, *(next(fresh) for _ in range(chance.randint(1, 60)))]
        points = tuple(chance.sample(range(1, len(tokens) + 1), min(len(tokens), 3)))
        owner = chance.randint(0, 3)
        match chance.randint(0, 12):
            case 0:
                pool.drop_conversation(owner)
            case 1 if pool.branches:
                branch = chance.choice(pool.branches)
                pool.truncate(branch, chance.randint(0, len(branch.tokens)))
            case 2:
                with pytest.raises(ZeroDivisionError), pool.acquire(TokenRun(tokens), 0) as branch:
                    extend(pool, branch, tokens, points)
                    raise ZeroDivisionError
            case 3:
                pool.touch(TokenRun(start))
                pool.shrink_to_budget()
            case 4:
                pool.free(chance.randint(0, pool.nbytes))
            case 5:
                pool.spill_all()
                pool = make_pool(folder, limit_tokens, disk)
            case 6:
                files = sorted(folder.glob("*.safetensors"))
                if files:
                    chance.choice(files).write_bytes(b"")
            case _:
                expected = longest_usable(pool, tokens)
                assert use(pool, tokens, points, owner=owner) >= expected
                known.append(tokens)
        for branch in pool.branches:
            assert_cold(branch)
        assert pool.nbytes == array_bytes(pool)


def longest_usable(pool: KvPool, tokens: list[int]) -> int:
    """How much of a prompt the branches in memory can give."""
    wanted = TokenRun(tokens)
    return max(
        (
            length
            for branch in pool.branches
            for length in (len(branch.tokens), *(it.length for it in branch.snapshots))
            if length <= reusable_length(branch.run, wanted)
        ),
        default=0,
    )
