"""States that can only be copied: where prompts go on from, whatever happens to branches."""

from pathlib import Path

import mlx.core as mx
import pytest
from mlx_vlm.models.cache import KVCache

from seeshell.core.engine.kv.measuring import measure_layout
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.prefix import TokenRun

from .hybrids import LAYOUT, array_bytes, assert_cold, extend, make_pool, play, use
from .pools import text

PROMPT = text(0, count=100)


def test_what_a_model_holds_is_found_by_computing_a_few_tokens() -> None:
    kinds = [
        "state"
        if kind.holds_state
        else "window"
        if kind.window
        else "tokens"
        if kind.arrays
        else ""
        for kind in LAYOUT.kinds
    ]
    assert kinds == ["tokens", "state", "tokens", "state", "window", ""]
    assert LAYOUT.token_bytes == 3 * 2 * 4 * 4
    assert LAYOUT.state_bytes == 2 * 2 * 4
    assert LAYOUT.is_kept
    assert not LAYOUT.is_trimmable


def test_a_follow_up_goes_on_from_the_end() -> None:
    pool = make_pool()
    use(pool, PROMPT)

    assert use(pool, [*PROMPT, 1, 2, 3]) == len(PROMPT)


def test_the_same_prompt_goes_on_from_the_last_copy_before_its_end() -> None:
    pool = make_pool()
    use(pool, [*PROMPT, 1, 2, 3], points=(40, 97))

    assert use(pool, PROMPT, points=(97,)) == 97
    assert use(pool, [*PROMPT[:60], 7]) == 40
    assert use(pool, [*PROMPT[:39], 7]) == 0


def test_without_a_copy_nothing_is_reused_behind_a_difference() -> None:
    pool = make_pool()
    use(pool, PROMPT)

    assert use(pool, [*PROMPT[:-1], 7]) == 0


def test_the_first_copy_and_the_newest_are_kept() -> None:
    pool = make_pool()
    use(pool, PROMPT, points=tuple(range(5, 100, 5)))

    assert [it.length for it in pool.branches[-1].snapshots] == [5, *range(65, 100, 5)]


def test_copies_take_no_more_than_their_share_of_the_memory() -> None:
    pool = make_pool()
    with pool.acquire(TokenRun(PROMPT), 0) as branch:
        for end in range(10, 100, 10):
            extend(pool, branch, PROMPT[:end])
            branch.keep_state(2 * LAYOUT.state_bytes)

    assert [it.length for it in branch.snapshots] == [10, 90]


def test_a_fork_shares_the_copies_of_the_branch_that_it_came_from() -> None:
    pool = make_pool()
    use(pool, PROMPT, points=(20, 50))
    use(pool, [*PROMPT[:60], *text(1000)], owner=2)

    one, other = pool.branches
    assert other.snapshots[0] is one.snapshots[0]
    assert pool.nbytes == array_bytes(pool)
    assert use(pool, [*PROMPT, 7], owner=1) == len(PROMPT)


def test_a_draft_is_taken_back_to_where_it_began() -> None:
    pool = make_pool()
    use(pool, PROMPT)
    with pool.acquire(TokenRun([*PROMPT, 1, 2, 3, 4]), 0, owner=1) as branch:
        pool.keep_state(branch)
        extend(pool, branch, [*PROMPT, 1, 2, 3])

    pool.truncate(branch, len(PROMPT) + 2)

    assert branch.tokens == PROMPT
    assert_cold(branch)


def test_a_run_counts_as_held_only_where_a_prompt_can_go_on_from_its_end() -> None:
    pool = make_pool()
    use(pool, PROMPT, points=(50,))

    assert pool.touch(TokenRun(PROMPT))
    assert pool.touch(TokenRun(PROMPT[:50]))
    assert not pool.touch(TokenRun(PROMPT[:51]))


@pytest.mark.parametrize("wanted", [100, 97, 50, 33])
def test_a_spill_comes_back_to_its_longest_copy(tmp_path: Path, wanted: int) -> None:
    pool = make_pool(tmp_path)
    use(pool, PROMPT, points=(33, 50, 97))
    pool.spill_all()

    pool = make_pool(tmp_path)
    assert use(pool, [*PROMPT[:wanted], 7]) == wanted
    assert use(pool, [*PROMPT[: wanted - 1], 8], owner=2) == max(
        [it for it in (0, 33, 50, 97) if it < wanted]
    )


def test_a_spill_of_a_longer_run_keeps_the_copies_of_the_shorter(tmp_path: Path) -> None:
    pool = make_pool(tmp_path)
    use(pool, PROMPT[:40], points=(37,))
    pool.spill_all()
    use(pool, PROMPT)
    pool.spill_all()

    assert use(make_pool(tmp_path), [*PROMPT[:38], 7]) == 37


def test_a_damaged_copy_leaves_the_one_before_it(tmp_path: Path) -> None:
    pool = make_pool(tmp_path)
    use(pool, PROMPT, points=(33, 50))
    pool.spill_all()
    assert pool.spills is not None
    states = pool.spills.find(TokenRun([*PROMPT, 7])).states
    assert [state.end for state in states] == [100, 50, 33]
    file = pool.spills.path(states[0])
    content = bytearray(file.read_bytes())
    content[-1] ^= 64
    file.write_bytes(content)

    assert use(make_pool(tmp_path), [*PROMPT, 7]) == 50
    assert not file.exists()


def test_what_a_restored_branch_held_stays_where_the_disk_fails(tmp_path: Path) -> None:
    pool = make_pool(tmp_path)
    use(pool, PROMPT, points=(33,))
    pool.spill_all()
    pool = make_pool(tmp_path)
    use(pool, [*PROMPT[:20], 7], points=(20,))
    for file in tmp_path.glob("*.safetensors"):
        file.write_bytes(b"\0" * file.stat().st_size)

    assert use(pool, [*PROMPT, 7]) == 20


def test_nothing_is_kept_of_a_model_whose_state_can_not_be_copied() -> None:
    class Opaque:
        """Counts its tokens and gives nothing out."""

        count = 0

    def count(layers: list[Opaque], _held: int, count: int) -> mx.array:
        for layer in layers:
            layer.count += count
        return mx.array([layers[0].count])

    layout = measure_layout(lambda: [Opaque()], count)
    assert not layout.is_kept
    pool = KvPool(layout, 2**20)
    with pool.acquire(TokenRun(PROMPT), 0, owner=1) as branch:
        branch.extend(PROMPT)
        pool.keep_state(branch)

    assert pool.branches == ()
    assert pool.nbytes == 0


def test_a_layer_that_can_not_be_quantised_stays_exact() -> None:
    def compute(layers: list[KVCache], _held: int, count: int) -> list[mx.array]:
        numbers = mx.ones((1, 1, count, 32))
        seen = [layer.update_and_fetch(numbers, numbers)[0] for layer in layers]
        return [seen[0][0], seen[1].sum(), seen[2][0]]

    layout = measure_layout(lambda: [KVCache() for _ in range(4)], compute, bits=8)

    assert [kind.group_size for kind in layout.kinds] == [32, 0, 32, 0]


@pytest.mark.parametrize("seed", range(5))
def test_every_branch_holds_what_a_cold_run_gives(seed: int, tmp_path: Path) -> None:
    play(seed, tmp_path)
