"""A pool whose KV can be read: that of a token is its own number."""

from typing import Any

import mlx.core as mx

from seeshell.core.engine.kv.branch import Branch
from seeshell.core.engine.kv.layout import KvLayout
from seeshell.core.engine.kv.measuring import measure_layout
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.prefix import TokenRun
from seeshell.core.engine.mlx_vlm_names import KVCache


def make_layout(
    layers: int, heads: int, head_size: int, dtype: Any = mx.float32, bits: int = 0
) -> KvLayout:
    """The layout of a model that has the same keys and values in all layers."""

    def compute(caches: list[Any], _held: int, count: int) -> Any:
        numbers = mx.ones((1, heads, count, head_size), dtype)
        return [cache.update_and_fetch(numbers, numbers) for cache in caches]

    return measure_layout(lambda: [KVCache() for _ in range(layers)], compute, bits)


LAYERS = 2
LAYOUT = make_layout(LAYERS, heads=1, head_size=4)
TOKEN_BYTES = LAYOUT.token_bytes


def make_pool(limit_tokens: int = 100_000) -> KvPool:
    return KvPool(LAYOUT, limit_tokens * TOKEN_BYTES)


def fill(branch: Branch, tokens: list[int]) -> None:
    """Computes the branch up to these tokens, for which it has room."""
    new = tokens[len(branch.tokens) :]
    values = mx.broadcast_to(
        mx.array(new, dtype=mx.float32)[None, None, :, None], (1, 1, len(new), 4)
    )
    for layer in branch.layers:
        layer.update_and_fetch(values, values)
    branch.extend(new)


def use(pool: KvPool, tokens: list[int], room: int = 0, owner: int = 0) -> int:
    """Computes a prompt in the pool and returns how much of it was reused."""
    with pool.acquire(TokenRun(tokens), room, owner=owner) as branch:
        reused = len(branch.tokens)
        assert held(branch) == [tokens[:reused]] * LAYERS
        fill(branch, tokens)
        assert held(branch) == [tokens] * LAYERS
    pool.shrink_to_budget()
    return reused


def held(branch: Branch) -> list[list[float]]:
    return [
        [] if layer.keys is None else layer.state[0][0, 0, :, 0].tolist() for layer in branch.layers
    ]


def text(*starts: int, count: int = 50) -> list[int]:
    return [number for start in starts for number in range(start, start + count)]
