"""Branches that begin alike: held once in memory, and each whole for its next turn."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.kv.branch import Branch, with_trunks
from seeshell.core.engine.kv.pool import KvPool
from seeshell.core.engine.kv.prefix import TokenRun
from seeshell.core.engine.kv.spill_folder import SpillFolder

from .pools import LAYERS, TOKEN_BYTES, fill, make_pool, text, use

TRUNK = text(0, count=4000)
SPARE_TOKENS = 2 * 256
"""Room behind the branch used last, and what its step of growth may add."""

Draw = Callable[..., PromptImage]


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def read(branch: Branch) -> list[list[float]]:
    """The numbers that a branch's layers hold, along its trunks."""
    length = len(branch.tokens)
    return [
        [
            number
            for keys, _ in branch.parts(layer, 0, length)
            for number in keys[0, 0, :, 0].tolist()
        ]
        for layer in range(LAYERS)
    ]


def array_bytes(pool: KvPool) -> int:
    arrays = {
        id(array): array.nbytes
        for branch in with_trunks(pool.branches)
        for layer in branch.layers
        for array in (layer.keys, layer.values)
        if array is not None
    }
    return sum(arrays.values())


def addresses(branch: Branch) -> list[int]:
    return [np.asarray(layer.keys).ctypes.data for layer in branch.layers]


def test_forks_hold_what_they_have_in_common_once() -> None:
    pool = make_pool()
    for index in range(1, 6):
        assert use(pool, [*TRUNK, *text(10_000 * index)], owner=index) in (0, len(TRUNK))

    assert len(pool.branches) == 5
    assert pool.nbytes == array_bytes(pool)
    assert pool.nbytes <= (len(TRUNK) + 5 * 50 + SPARE_TOKENS) * TOKEN_BYTES


def test_going_back_and_forth_computes_nothing_twice() -> None:
    pool = make_pool()
    ends = {1: [*TRUNK, *text(10_000)], 2: [*TRUNK, *text(20_000)], 3: [*TRUNK[:2000], 1, 2, 3]}
    for owner, end in ends.items():
        use(pool, end, owner=owner)

    for turn, owner in enumerate((1, 2, 1, 3, 2, 3, 1)):
        held = len(ends[owner])
        ends[owner] += text(30_000 + 100 * turn)
        assert use(pool, ends[owner], owner=owner) == held
        all_tokens = sum(len(end) for end in ends.values())
        assert pool.nbytes <= (all_tokens - len(TRUNK) - 2000 + SPARE_TOKENS) * TOKEN_BYTES


def test_a_follow_up_copies_nothing_while_others_rest_on_its_branch() -> None:
    pool = make_pool()
    use(pool, [*TRUNK, *text(10_000)], owner=1)
    asked = [*TRUNK, *text(20_000)]
    use(pool, asked, owner=2)
    before = addresses(pool.branches[-1])
    follow_up = [*asked, *text(30_000)]

    with pool.acquire(TokenRun(follow_up), 0, owner=2) as branch:
        fill(branch, follow_up)
        assert addresses(branch) == before
    pool.shrink_to_budget()

    assert addresses(branch) == before
    assert pool.branches[0].trunk is branch


def test_a_beginning_that_all_conversations_have_is_held_by_each() -> None:
    pool = make_pool()
    use(pool, text(0, 1000, count=50) + text(2000, count=500), owner=1)
    use(pool, text(0) + text(3000, count=500), owner=2)

    assert all(branch.trunk is None for branch in pool.branches)


def test_a_fork_without_memory_for_a_copy_shares_at_once_and_evicts_nothing() -> None:
    pool = make_pool(limit_tokens=6000)
    for index in range(1, 4):
        tokens = [*TRUNK, *text(10_000 * index)]
        with pool.acquire(TokenRun(tokens), 0, owner=index) as branch:
            assert pool.nbytes <= 6000 * TOKEN_BYTES
            fill(branch, tokens)

    assert [branch.owner for branch in pool.branches] == [1, 2, 3]
    assert [read(branch)[0][-50:] for branch in pool.branches] == [
        text(10_000),
        text(20_000),
        text(30_000),
    ]


def test_a_fork_takes_over_the_beginning_instead_of_holding_it_twice() -> None:
    pool = make_pool(limit_tokens=6000)
    use(pool, [*TRUNK, *text(10_000)], owner=1)
    before = addresses(pool.branches[-1])
    tokens = [*TRUNK, *text(20_000)]

    with pool.acquire(TokenRun(tokens), 0, owner=2) as branch:
        assert addresses(branch) == before
        held = sum(it.nbytes for it in with_trunks([*pool.branches, branch]))
        assert held <= pool.nbytes <= 6000 * TOKEN_BYTES
        fill(branch, tokens)

    assert read(pool.branches[0])[0] == [*TRUNK, *text(10_000)]
    assert use(pool, [*TRUNK, *text(10_000), 7], owner=1) == len(TRUNK) + 50


def test_a_fork_whose_turn_fails_leaves_the_conversation_that_it_came_from() -> None:
    pool = make_pool()
    tokens = [*TRUNK, *text(10_000)]
    use(pool, tokens, owner=1)

    wanted = [*TRUNK, *text(20_000)]
    with pytest.raises(ZeroDivisionError), pool.acquire(TokenRun(wanted), 0, owner=2) as branch:
        fill(branch, wanted)
        branch.layers[0].offset += 10
        raise ZeroDivisionError

    assert read(pool.branches[0]) == [tokens] * LAYERS
    assert use(pool, [*tokens, 7], owner=1) == len(tokens)


def test_a_branch_is_given_as_it_is_while_another_is_evicted_and_a_third_rests_on_it() -> None:
    pool = make_pool(limit_tokens=12_000)
    use(pool, text(50_000, count=1000))
    use(pool, [*TRUNK, *text(10_000)], owner=1)
    asked = [*TRUNK, *text(20_000)]
    use(pool, asked, owner=2)
    assert len(pool.branches) == 3

    assert use(pool, [*asked, 1], room=7000, owner=2) == len(asked)

    assert [branch.owner for branch in pool.branches] == [1, 2]


def test_a_failed_turn_leaves_what_rests_on_its_branch() -> None:
    pool = make_pool()
    other, failing = [*TRUNK, *text(10_000)], [*TRUNK, *text(20_000)]
    use(pool, other, owner=1)
    use(pool, failing, owner=2)

    wanted = [*failing, *text(30_000)]
    with pytest.raises(ZeroDivisionError), pool.acquire(TokenRun(wanted), 0, owner=2) as branch:
        fill(branch, wanted)
        # Half of the layers have got the next chunk.
        branch.layers[0].offset += 10
        raise ZeroDivisionError
    assert pool.nbytes == array_bytes(pool)
    pool.shrink_to_budget()
    assert pool.nbytes == array_bytes(pool) == len(other) * TOKEN_BYTES

    assert use(pool, [*other, 1], owner=1) == len(other)
    assert use(pool, [*failing, 1], owner=2) == len(TRUNK)


def test_forgetting_a_conversation_leaves_what_rests_on_it_and_frees_the_rest() -> None:
    pool = make_pool()
    other = [*TRUNK, *text(10_000)]
    use(pool, other, owner=1)
    use(pool, [*TRUNK, *text(20_000, count=3000)], owner=2)

    pool.drop_conversation(2)

    assert pool.nbytes == array_bytes(pool) == len(other) * TOKEN_BYTES
    assert use(pool, [*other, 1], owner=1) == len(other)
    pool.drop_conversation(1)
    assert pool.nbytes == 0


def test_an_evicted_branch_leaves_what_rests_on_it() -> None:
    pool = make_pool(limit_tokens=2 * 8000)
    other = [*TRUNK, *text(10_000)]
    use(pool, other, owner=1)
    use(pool, [*TRUNK, *text(20_000, count=3000)], owner=2)
    assert pool.touch(TokenRun(other))
    use(pool, text(40_000, count=2000), owner=3)

    assert [branch.owner for branch in pool.branches] == [1, 3]
    assert pool.nbytes == array_bytes(pool) <= 8000 * TOKEN_BYTES
    assert use(pool, [*other, 1], owner=1) == len(other)


def test_an_end_that_others_rest_on_is_theirs_where_it_is_cut_off() -> None:
    pool = make_pool()
    answered = [*TRUNK, *text(10_000)]
    use(pool, answered, owner=1)
    other = [*answered, *text(20_000)]
    use(pool, other, owner=2)
    use(pool, [*answered, 7], owner=1)
    assert pool.branches[0].shared == len(answered)

    assert use(pool, [*TRUNK, *text(30_000)], owner=1) == len(TRUNK)

    assert [branch.owner for branch in pool.branches] == [2, 1]
    assert use(pool, [*other, 1], owner=2) == len(other)


@pytest.mark.parametrize("seed", range(40))
def test_every_branch_holds_its_own_kv_whatever_happens_to_the_others(seed: int) -> None:
    chance = random.Random(seed)
    pool = make_pool(limit_tokens=chance.choice([1200, 2400, 100_000]))
    fresh = iter(range(1, 10_000_000))
    known: list[list[int]] = [[]]
    for _ in range(40):
        start = chance.choice(known)
        start = start[: chance.choice([len(start), chance.randint(0, len(start))])]
        tokens = [*start[-500:], *(next(fresh) for _ in range(chance.randint(1, 60)))]
        owner = chance.randint(0, 3)
        match chance.randint(0, 9):
            case 0:
                pool.drop_conversation(owner)
            case 1 if pool.branches:
                branch = chance.choice(pool.branches)
                pool.truncate(branch, chance.randint(0, len(branch.tokens)))
            case 2:
                with pytest.raises(ZeroDivisionError), pool.acquire(TokenRun(tokens), 0) as branch:
                    fill(branch, tokens)
                    raise ZeroDivisionError
            case 3:
                pool.touch(TokenRun(start))
                pool.shrink_to_budget()
            case _:
                use(pool, tokens, owner=owner)
                known.append(tokens)
        for branch in pool.branches:
            assert read(branch) == [branch.tokens] * LAYERS
        assert pool.nbytes == array_bytes(pool)


@pytest.fixture
def start(make_asker: Any, tmp_path: Any) -> Callable[..., Any]:
    """Makes an engine that finds what the one before has spilled."""

    def start(checkpoint: Any, kv_bits: int) -> Any:
        return make_asker(
            checkpoint, SpillFolder(tmp_path / "spills", 2**30), kv_bits=kv_bits, block_tokens=16
        )

    return start


@pytest.mark.parametrize("kv_bits", [0, 8, 4])
def test_forks_answer_as_if_each_were_alone_in_memory_and_back_from_disk(
    start: Any, endless: Any, plain_endless: Any, same: Any, draw: Draw, kv_bits: int
) -> None:
    ask = start(endless, kv_bits)
    pool = ask.resident.pool
    first = user("What is in the pictures? " * 20, draw("circle", size=(160, 160)))
    trunk = (first, reply(ask(first, conversation=1).text))
    forks = {
        owner: (*trunk, user(f"What about {owner}?", draw("square", f"#00{owner}0ff")))
        for owner in (1, 2, 3)
    }
    alone = {}
    for owner, messages in forks.items():
        alone[owner] = ask(*messages, conversation=owner)
        pool.shrink_to_budget()

    resting = [branch for branch in pool.branches if branch.trunk is not None]
    assert [branch.owner for branch in resting] == [1, 2]
    assert all(branch.nbytes < pool.branches[-1].nbytes / 2 for branch in resting)
    for owner in (1, 3, 2, 1):
        ask.prepare(*forks[owner], reply(alone[owner].text), user("", draw()), conversation=owner)
        pool.shrink_to_budget()
        forks[owner] = (*forks[owner], reply(alone[owner].text), user("Why?"))
        alone[owner] = ask(*forks[owner], conversation=owner)
        pool.shrink_to_budget()
        assert alone[owner].stats.reused_tokens > alone[owner].stats.prompt_tokens - 20
        if kv_bits == 0:
            same(alone[owner], plain_endless(*forks[owner]))
    assert any(branch.trunk is not None for branch in pool.branches)
    ask.resident.spill()

    for owner, messages in forks.items():
        again = (*messages, reply(alone[owner].text), user("And now?"))
        warm, resumed = (
            resident(*again, conversation=owner) for resident in (ask, start(endless, kv_bits))
        )
        assert resumed.tokens == warm.tokens
        assert np.abs(resumed.logits - warm.logits).max() <= 1e-3
        assert resumed.stats.reused_tokens == warm.stats.reused_tokens
