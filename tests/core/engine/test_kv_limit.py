"""The limit of KV memory holds while an answer grows: alone, beside others, quantised, spilled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.kv.branch import with_trunks
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.errors import OutOfMemory
from seeshell.core.generation_options import GenerationOptions

from .asking import AlwaysGains

LIMIT = 400
"""Tokens."""
ENDLESS = GenerationOptions(temperature=0.0, max_tokens=3000)
SHORT = GenerationOptions(temperature=0.0, max_tokens=40)

Start = Callable[..., Any]


def user(text: str) -> PromptMessage:
    return PromptMessage.of("user", text)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


@pytest.fixture
def start(make_asker: Any, endless: Any, tmp_path: Path) -> Start:
    def start(tokens: int, *, kv_bits: int = 0, spills: bool = False) -> Any:
        token_bytes = make_asker(endless, kv_bits=kv_bits).resident.pool.token_bytes
        folder = SpillFolder(tmp_path / "spills", 2**30) if spills else None
        ask = make_asker(
            endless, folder, kv_bytes=tokens * token_bytes, kv_bits=kv_bits, block_tokens=16
        )
        ask.resident.ahead.gain = AlwaysGains()
        return ask

    return start


def held_bytes(pool: Any) -> int:
    """What the arrays of all branches take, the one in use included."""
    in_use = [pool._held.in_use] if pool._held.in_use else []
    return sum(branch.nbytes for branch in with_trunks([*pool.branches, *in_use]))


def ask_endlessly(ask: Any, *messages: PromptMessage) -> tuple[Any, int]:
    """Returns an answer without an end and the most bytes that KV caches held meanwhile."""
    pool = ask.resident.pool
    most = 0

    def watch(_: Any) -> bool:
        nonlocal most
        assert held_bytes(pool) <= pool.nbytes
        most = max(most, pool.nbytes)
        return False

    answer = ask(*messages, options=ENDLESS, stop_when=watch, conversation=1)
    return answer, max(most, pool.nbytes)


@pytest.mark.parametrize("kv_bits", [0, 8, 4])
@pytest.mark.parametrize("spills", [False, True], ids=["dropped", "spilled"])
@pytest.mark.parametrize("others", [0, 2])
def test_a_long_answer_ends_where_its_kv_would_exceed_the_limit(
    start: Start, kv_bits: int, spills: bool, others: int
) -> None:
    ask = start(LIMIT, kv_bits=kv_bits, spills=spills)
    for other in range(others):
        ask(user(f"{other} is asked first"), options=SHORT, conversation=2 + other)

    answer, most = ask_endlessly(ask, user("go on"))

    assert most <= ask.resident.pool.limit_bytes
    assert answer.end.finish_reason == "length"
    assert "fills the" in answer.stats.ended_early
    assert "kv_bytes" in answer.stats.ended_early
    # The last token needs no KV of its own.
    assert answer.stats.prompt_tokens + answer.stats.generated_tokens == LIMIT + 1


def test_what_a_long_answer_evicts_comes_back_from_disk(
    start: Start, plain_endless: Any, same: Any
) -> None:
    ask = start(LIMIT, spills=True)
    question = user("Something else")
    first = ask(question, options=SHORT, conversation=2)
    assert ask_endlessly(ask, user("go on"))[0].stats.ended_early
    assert [branch.owner for branch in ask.resident.pool.branches] == [1]

    again = (question, reply(first.text), user("And now?"))
    answer = ask(*again, options=SHORT, conversation=2)

    same(answer, plain_endless(*again))
    assert answer.stats.reused_tokens >= first.stats.prompt_tokens


def test_an_answer_within_the_limit_is_the_one_without_a_limit(
    start: Start, plain_endless: Any, same: Any
) -> None:
    ask = start(LIMIT)
    options = GenerationOptions(temperature=0.0, max_tokens=LIMIT - 100)
    ask(user("Something else"), options=SHORT, conversation=2)

    answer = ask(user("go on"), options=options, conversation=1)

    same(answer, plain_endless(user("go on"), max_tokens=LIMIT - 100))
    assert answer.stats.ended_early == ""
    assert answer.stats.generated_tokens == LIMIT - 100


def test_a_full_conversation_is_refused_and_others_go_on(start: Start) -> None:
    ask = start(LIMIT)
    answer, _ = ask_endlessly(ask, user("go on"))

    with pytest.raises(OutOfMemory, match="start a new conversation"):
        ask(user("go on"), reply(answer.text), user("more"), conversation=1)

    assert ask(user("another"), options=SHORT, conversation=2).stats.generated_tokens == 40


def test_a_fork_grows_beside_the_conversation_that_it_came_from(start: Start) -> None:
    ask = start(2 * LIMIT)
    first = user("What is it? " * 60)
    trunk = (first, reply(ask(first, options=SHORT, conversation=2).text))

    answer, most = ask_endlessly(ask, *trunk, user("go on"))

    assert most <= ask.resident.pool.limit_bytes
    assert answer.stats.prompt_tokens + answer.stats.generated_tokens == 2 * LIMIT + 1
