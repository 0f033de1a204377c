from typing import Any

import mlx.core as mx
import pytest
from mlx_vlm.models.cache import KVCache

from seeshell.core.engine.kv.pool import SPARE_TOKENS
from seeshell.core.engine.kv.prefix import TokenRun
from seeshell.core.errors import OutOfMemory

from .pools import TOKEN_BYTES, fill, make_layout, make_pool, text, use

HELD = 50 + SPARE_TOKENS
"""Tokens that a branch of 50 has room for."""


@pytest.mark.parametrize("shared", [50, 600], ids=["copied", "taken"])
def test_a_follow_up_and_its_answer_change_no_buffers(shared: int) -> None:
    pool = make_pool()
    held = text(0, count=600)
    use(pool, held)
    wanted = [*held[:shared], *text(1000, count=700)]

    with pool.acquire(TokenRun(wanted), 0) as branch:
        capacity = branch.nbytes
        fill(branch, [*wanted, *text(2000, count=200)])

        assert branch.nbytes == capacity


def test_branches_share_no_later_change() -> None:
    pool = make_pool()
    trunk = text(0)

    assert use(pool, trunk + text(100)) == 0
    assert use(pool, trunk + text(200)) == len(trunk)
    assert use(pool, trunk + text(100, 300)) == 100
    assert use(pool, trunk + text(200, 400)) == 100


def test_a_short_end_is_cut_off_instead_of_keeping_the_branch_twice() -> None:
    pool = make_pool()
    use(pool, [*text(0, count=400), 900])
    before = pool.nbytes

    assert use(pool, [*text(0, count=400), 901]) == 400
    assert pool.nbytes == before


def test_the_least_recently_used_branch_makes_room() -> None:
    pool = make_pool(limit_tokens=4 * HELD)
    first, second, third = text(0), text(1000), text(2000)

    use(pool, first)
    use(pool, second)
    use(pool, first)
    use(pool, third)

    assert use(pool, first) == len(first) - 1
    assert use(pool, second) == 0
    assert pool.nbytes <= 2 * HELD * TOKEN_BYTES


def test_a_prompt_that_needs_all_the_budget_evicts_all_others() -> None:
    pool = make_pool(limit_tokens=1000)
    use(pool, text(0))

    use(pool, text(5000, count=600))

    assert use(pool, text(0)) == 0


def test_a_prompt_beyond_the_limit_is_refused_and_evicts_nothing() -> None:
    pool = make_pool(limit_tokens=600)
    use(pool, text(0))

    with pytest.raises(OutOfMemory), pool.acquire(TokenRun(text(0, count=500)), 101):
        pass

    assert use(pool, text(0)) == 49


def test_a_branch_whose_turn_failed_is_lost_and_no_other() -> None:
    pool = make_pool()
    use(pool, text(0))
    use(pool, text(1000))

    with pytest.raises(ZeroDivisionError), pool.acquire(TokenRun(text(0, 100)), 0):
        raise ZeroDivisionError

    assert use(pool, text(1000)) == 49
    assert use(pool, text(0)) == 0


def test_bytes_are_those_of_the_arrays() -> None:
    pool = make_pool()
    arrays: list[Any] = []
    with pool.acquire(TokenRun(text(0)), 0) as branch:
        fill(branch, text(0))
        arrays = [array for layer in branch.layers for array in (layer.keys, layer.values)]

    assert pool.nbytes == sum(array.nbytes for array in arrays)
    pool.clear()
    assert pool.nbytes == 0
    assert isinstance(branch.layers[0], KVCache)


def test_another_conversation_goes_on_from_a_copy() -> None:
    pool = make_pool()
    use(pool, text(0), owner=1)

    assert use(pool, [*text(0), 900], owner=2) == 50
    pool.drop_conversation(2)

    assert use(pool, [*text(0), 901], owner=1) == 50


def test_what_belonged_to_no_conversation_becomes_that_of_the_next() -> None:
    pool = make_pool()
    use(pool, text(0), owner=0)
    before = pool.nbytes

    assert use(pool, [*text(0), 900], owner=1) == 50
    assert pool.nbytes == before
    pool.drop_conversation(1)

    assert pool.nbytes == 0
    assert use(pool, text(0)) == 0


def test_nothing_is_evicted_before_the_turn_has_ended_where_memory_is_left() -> None:
    pool = make_pool(limit_tokens=4 * HELD)
    first, second, third = text(0), text(1000), text(2000)
    for tokens in (first, second):
        use(pool, tokens)

    with pool.acquire(TokenRun(third), 0) as branch:
        fill(branch, third)
    assert len(pool.branches) == 3
    pool.shrink_to_budget()

    assert len(pool.branches) == 2


@pytest.mark.parametrize(
    ("bits", "head_size", "token_bytes"),
    [
        (0, 128, 36 * 8 * 2 * 128 * 2),
        # The last layer stays exact, as mlx-vlm has it; a scale and a bias for each 64 numbers.
        (8, 128, 35 * 8 * 2 * (128 + 8) + 8 * 2 * 128 * 2),
        (4, 128, 35 * 8 * 2 * (64 + 8) + 8 * 2 * 128 * 2),
        (8, 96, 35 * 8 * 2 * (96 + 12) + 8 * 2 * 96 * 2),
        (8, 80, 36 * 8 * 2 * 80 * 2),
    ],
)
def test_a_tokens_memory_is_that_of_its_numbers_and_scales(
    bits: int, head_size: int, token_bytes: int
) -> None:
    assert make_layout(36, 8, head_size, mx.bfloat16, bits).token_bytes == token_bytes
