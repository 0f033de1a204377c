"""Sliding windows kept whole: attention sees what mlx-vlm's own rotating cache shows it."""

import random
from typing import Any

import mlx.core as mx
import pytest

from seeshell.core.engine.kv.windowed import WindowedKVCache, WindowedQuantizedKVCache
from seeshell.core.engine.mlx_vlm_names import QuantizedKVCache, RotatingKVCache

WINDOW = 8
SIZE = 32


def numbers(seed: int, tokens: int, heads: int = 2) -> Any:
    return mx.random.normal((1, heads, tokens, SIZE), key=mx.random.key(seed))


def attend(cache: Any, start: int, stop: int, window_size: int | None = None) -> Any:
    """Adds tokens as a model does; returns what they get out of the attention."""
    mask = cache.make_mask(stop - start, window_size=window_size, return_array=False)
    keys, values = (numbers(seed, 100)[..., start:stop, :] for seed in (1, 2))
    queries = numbers(3, 100, heads=4)[..., start:stop, :]
    keys, values = cache.update_and_fetch(keys, values)
    return mx.fast.scaled_dot_product_attention(queries, keys, values, scale=1.0, mask=mask)


def difference(one: Any, other: Any) -> float:
    return float(mx.abs(one - other).max().item())


@pytest.mark.parametrize("window_size", [None, WINDOW, 5])
@pytest.mark.parametrize("seed", range(8))
def test_any_chunks_and_steps_equal_the_rotating_cache(seed: int, window_size: int | None) -> None:
    chance = random.Random(seed)
    rotating, whole = RotatingKVCache(max_size=WINDOW), WindowedKVCache(WINDOW)
    start = 0
    while start < 60:
        stop = start + chance.choice([1, 1, 1, 2, 5, 13])
        expected = attend(rotating, start, stop, window_size)
        assert difference(attend(whole, start, stop, window_size), expected) <= 1e-5
        assert whole.state[0].shape[-2] <= WINDOW - 1 + stop - start
        start = stop


@pytest.mark.parametrize("length", [3, 7, 8, 20, 39])
def test_what_was_cut_back_goes_on_as_if_it_had_never_been_longer(length: int) -> None:
    cut, cold = WindowedKVCache(WINDOW), RotatingKVCache(max_size=WINDOW)
    attend(cut, 0, 40)
    cut.trim(40 - length)
    attend(cold, 0, length)

    for start in range(length, length + 20):
        assert difference(attend(cut, start, start + 1), attend(cold, start, start + 1)) <= 1e-5


def test_quantised_it_shows_the_last_tokens_of_a_quantised_cache() -> None:
    whole, plain = WindowedQuantizedKVCache(WINDOW, SIZE, 8), QuantizedKVCache(SIZE, 8)
    for start, stop in ((0, 13), (13, 14), (14, 30)):
        parts = numbers(1, 100)[..., start:stop, :], numbers(2, 100)[..., start:stop, :]
        visible = min(stop, WINDOW - 1 + stop - start)
        mask = whole.make_mask(stop - start)
        assert mask is None or mask == "causal" or mask.shape == (stop - start, visible)
        seen, expected = (cache.update_and_fetch(*parts) for cache in (whole, plain))
        for arrays, all_arrays in zip(seen, expected, strict=True):
            for array, all_tokens in zip(arrays, all_arrays, strict=True):
                assert mx.array_equal(array, all_tokens[..., stop - visible :, :])
