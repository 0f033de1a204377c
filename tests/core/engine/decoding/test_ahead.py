"""Decoding ahead: several tokens in a pass, and everything else as if there was one."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import mlx.core as mx
import pytest
from msgspec.structs import replace

from seeshell.core.engine import turn
from seeshell.core.engine.decoding.answer_text import AnswerText
from seeshell.core.engine.decoding.chooser import Chooser
from seeshell.core.engine.decoding.logits_rules import LogitsRule
from seeshell.core.engine.decoding.row_check import PASS_ROWS, RowCheck
from seeshell.core.engine.decoding.sampling import Greedy
from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.family.qwen3_vl import Qwen3VL
from seeshell.core.engine.kv.branch import Branch
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.generation_options import GenerationOptions

from ..asking import AlwaysGains, Answer, Asker, make_asker

COUNT = PromptMessage.of("user", "Count to 100.")
GREEDY = GenerationOptions(temperature=0.0, max_tokens=60)
SAMPLED = GenerationOptions(temperature=1.5, max_tokens=60, min_p=0.02, seed=4)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def user(text: str) -> PromptMessage:
    return PromptMessage.of("user", text)


@pytest.fixture(scope="session")
def checked(demo: Checkpoint) -> RowCheck:
    """What the check finds of the demo model on this machine."""
    ask = make_asker(demo)
    ask.resident.ahead.gain = AlwaysGains()
    for _ in range(2):
        ask(COUNT, options=GREEDY, conversation=1)
    return ask.resident.ahead.check


@pytest.fixture
def ahead(demo: Checkpoint, checked: RowCheck) -> Asker:
    """An engine that copies whatever it can, in the largest passes."""
    ask = make_asker(demo)
    ask.resident.ahead.gain, ask.resident.ahead.check = AlwaysGains(), checked
    return ask


@pytest.fixture
def one_by_one(demo: Checkpoint) -> Asker:
    """An engine that computes one token after the other."""
    ask = make_asker(demo)
    ask.resident.ahead.is_allowed = False
    return ask


def held(ask: Asker) -> Sequence[int]:
    """The tokens of the newest branch, whose layers hold exactly these."""
    branch = ask.resident.pool.branches[-1]
    assert {layer.offset for layer in branch.layers} == {len(branch.tokens)}
    return branch.tokens


def test_the_demo_models_passes_of_any_size_can_be_used(checked: RowCheck) -> None:
    assert checked.is_done
    assert checked.rows == PASS_ROWS
    assert all(0 <= checked.margin(rows) < 0.01 for rows in PASS_ROWS)


def test_a_repeated_answer_is_copied_and_that_of_plain_mlx_vlm(
    ahead: Asker, plain: Any, same: Any
) -> None:
    first = ahead(COUNT, options=GREEDY, conversation=1)
    again = ahead(COUNT, options=GREEDY, conversation=1)

    same(again, plain(COUNT, max_tokens=60))
    assert again.stats.generated_tokens == 60
    assert again.stats.copied_tokens >= 40
    assert again.stats.passes + again.stats.copied_tokens == 59
    assert again.stats.passes < first.stats.passes


def test_an_earlier_answer_of_this_conversation_alone_is_copied(ahead: Asker) -> None:
    ahead(COUNT, options=GREEDY, conversation=1)
    past = ahead.resident.past
    assert len(past.runs(1)) == 1
    assert past.runs(2) == []
    ahead(COUNT, options=GREEDY, conversation=0)
    assert past.runs(0) == []


def test_an_edited_question_copies_from_the_answer_before(ahead: Asker, plain: Any) -> None:
    first = (user("Hello"), reply(ahead(user("Hello"), conversation=1).text))
    ahead(*first, user("Who are you?"), conversation=1)
    edited = (*first, user("What is your name?"))

    answer = ahead(*edited, conversation=1)

    assert answer.tokens == plain(*edited).tokens
    assert answer.stats.copied_tokens > 0


def test_an_answer_that_ends_among_copied_tokens_is_all_that_is_held(
    ahead: Asker, plain: Any, same: Any
) -> None:
    question = user("Who are you?")
    ahead(question, conversation=1)
    again = ahead(question, conversation=1)
    assert again.end is not None
    assert again.end.finish_reason == "stop"
    assert again.stats.copied_tokens >= again.stats.generated_tokens // 2
    assert held(ahead)[again.stats.prompt_tokens :] == plain(question).tokens

    follow_up = (question, reply(again.text), user("Thanks"))
    second = ahead(*follow_up, conversation=1)

    same(second, plain(*follow_up))
    assert second.stats.reused_tokens == again.stats.prompt_tokens + again.stats.generated_tokens


@pytest.mark.parametrize("pieces", [1, 2, 7, 20])
def test_a_stop_among_copied_tokens_leaves_what_was_said(
    ahead: Asker, plain: Any, same: Any, pieces: int
) -> None:
    whole = ahead(COUNT, options=GREEDY, conversation=1)
    seen: list[str] = []

    def is_enough(answer: Answer) -> bool:
        if answer.text and answer.text not in seen:
            seen.append(answer.text)
        return len(seen) == pieces

    stopped = ahead(COUNT, options=GREEDY, stop_when=is_enough, conversation=1)

    assert stopped.end is not None
    assert stopped.end.finish_reason == "cancelled"
    said = stopped.stats.generated_tokens
    # Where it was the first one, the token has not been computed further.
    assert held(ahead)[stopped.stats.prompt_tokens :] == whole.tokens[: said if said > 1 else 0]
    assert stopped.stats.copied_tokens < max(1, said)
    follow_up = (COUNT, reply(stopped.text), user("Thanks"))
    same(ahead(*follow_up, conversation=1), plain(*follow_up))


def test_a_limit_ends_an_answer_wherever_it_falls(ahead: Asker, plain: Any) -> None:
    tokens = plain(COUNT, max_tokens=30).tokens
    ahead(COUNT, options=GREEDY, conversation=1)
    for limit in (1, 2, 3, 8, 13, 14, 15, 16, 30):
        options = replace(GREEDY, max_tokens=limit)
        answer = ahead(COUNT, options=options, conversation=1)
        assert answer.end is not None
        assert answer.end.finish_reason == "length"
        assert answer.stats.generated_tokens == limit
        assert held(ahead)[answer.stats.prompt_tokens :] == tokens[: limit - 1]


def test_sampled_answers_are_those_of_one_token_after_the_other(
    ahead: Asker, one_by_one: Asker
) -> None:
    for _ in range(2):
        found, expected = (
            ask(COUNT, options=SAMPLED, conversation=1) for ask in (ahead, one_by_one)
        )
        assert found.tokens == expected.tokens
        assert found.text == expected.text
    assert found.stats.copied_tokens > 0
    assert expected.stats.copied_tokens == 0


@pytest.mark.parametrize("options", [GREEDY, SAMPLED])
def test_penalties_count_the_tokens_that_were_accepted(
    ahead: Asker, one_by_one: Asker, options: GenerationOptions
) -> None:
    options = replace(options, repetition_penalty=1.05, presence_penalty=0.2)
    for _ in range(2):
        found, expected = (
            ask(COUNT, options=options, conversation=1) for ask in (ahead, one_by_one)
        )
        assert found.tokens == expected.tokens
    assert found.stats.copied_tokens > 0


class EveryFifth(LogitsRule):
    """Makes each fifth token the same, and lets at most two be proposed."""

    def __init__(self, token: int) -> None:
        self.token = token
        self.taken: list[int] = []
        self.most_taken = 0

    def apply(self, logits: Any) -> Any:
        if len(self.taken) % 5 == 4:
            return mx.where(mx.arange(logits.shape[-1]) == self.token, logits, -mx.inf)
        return logits

    def take(self, token: Any) -> None:
        self.taken.append(int(token.item()))

    def go_back(self, count: int) -> None:
        assert count <= len(self.taken)
        del self.taken[len(self.taken) - count :]

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        self.most_taken = max(self.most_taken, len(proposal))
        return proposal[:2]


def test_a_rule_is_told_of_each_token_and_taken_back_to_those_accepted(
    ahead: Asker, one_by_one: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = ahead(COUNT, options=GREEDY).tokens[0]
    rule = EveryFifth(token)
    monkeypatch.setattr(turn, "make_chooser", lambda *_: Chooser(Greedy(), [rule]))
    for _ in range(2):
        tokens = []
        for ask in (one_by_one, ahead):
            rule.taken.clear()
            answer = ask(COUNT, options=GREEDY, conversation=1)
            assert rule.taken == answer.tokens
            tokens.append(answer.tokens)
        assert tokens[0] == tokens[1]
    assert set(answer.tokens[4::5]) == {token}
    assert answer.stats.copied_tokens > 0
    assert rule.most_taken == max(PASS_ROWS) - 1


class AtMost(LogitsRule):
    """Lets so many tokens be proposed, whatever sizes of passes there are."""

    def __init__(self, most: int) -> None:
        self.most = most

    def apply(self, logits: Any) -> Any:
        return logits

    def take(self, token: Any) -> None:
        pass

    def go_back(self, count: int) -> None:
        pass

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        return proposal[: self.most]


@pytest.mark.parametrize("most", [0, 1, 3, 7, 11])
def test_what_a_rule_leaves_of_a_proposal_may_fill_no_pass(
    ahead: Asker, one_by_one: Asker, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(turn, "make_chooser", lambda *_: Chooser(Greedy(), [AtMost(most)]))
    plain = one_by_one(COUNT, options=GREEDY, conversation=1)
    for _ in range(2):
        answer = ahead(COUNT, options=GREEDY, conversation=1)
        assert answer.tokens == plain.tokens
    assert (answer.stats.copied_tokens > 0) == (most > 0)


class Unsure(RowCheck):
    """A check that found larger differences than there are."""

    def __init__(self, least: float) -> None:
        super().__init__()
        self.is_done = True
        self._least = least

    @property
    def rows(self) -> Sequence[int]:
        return PASS_ROWS

    def margin(self, rows: int) -> float:  # noqa: ARG002
        return self._least


@pytest.mark.parametrize("least", [4.0, float("inf")])
@pytest.mark.parametrize("options", [GREEDY, SAMPLED])
def test_what_several_rows_leave_open_is_computed_alone(
    ahead: Asker, one_by_one: Asker, options: GenerationOptions, least: float
) -> None:
    ahead.resident.ahead.check = Unsure(least)
    for _ in range(2):
        found, expected = (
            ask(COUNT, options=options, conversation=1) for ask in (ahead, one_by_one)
        )
        assert found.tokens == expected.tokens == held(ahead)[found.stats.prompt_tokens :]
    assert found.stats.passes + found.stats.copied_tokens >= 59
    if options is GREEDY and least == float("inf"):
        assert found.stats.copied_tokens == 0


@pytest.fixture
def wrong_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device whose passes of several rows compute something else."""
    steps: Callable[..., Any] = Qwen3VL.steps

    def wrong(*arguments: Any) -> Any:
        logits = steps(*arguments)
        return logits + mx.random.normal(logits.shape, key=mx.random.key(0))

    monkeypatch.setattr(Qwen3VL, "steps", wrong)


@pytest.mark.usefixtures("wrong_rows")
def test_nothing_is_copied_where_several_rows_give_other_logits(
    demo: Checkpoint, plain: Any, same: Any
) -> None:
    ask = make_asker(demo)
    ask.resident.ahead.gain = AlwaysGains()
    for _ in range(2):
        answer = ask(COUNT, options=GREEDY, conversation=1)
        same(answer, plain(COUNT, max_tokens=60))
    assert ask.resident.ahead.check.is_done
    assert ask.resident.ahead.check.rows == ()
    assert answer.stats.copied_tokens == 0


@pytest.mark.parametrize("holds_state", [False, True])
def test_nothing_is_proposed_where_the_kv_can_not_be_cut_back(
    ahead: Asker, holds_state: bool
) -> None:
    layout = ahead.resident.pool.layout
    kinds = tuple(kind._replace(holds_state=holds_state) for kind in layout.kinds)
    branch = Branch(dataclasses.replace(layout, kinds=kinds), layout.make_layers(), [1, 2, 3])
    text = AnswerText(ahead.resident.checkpoint.processor)
    assert (ahead.resident.ahead.start(branch, (), text) is None) == holds_state


def test_what_has_gained_nothing_is_not_tried(ahead: Asker) -> None:
    ahead.resident.ahead.gain = AlwaysGains(lambda _: 1)
    for _ in range(2):
        answer = ahead(COUNT, options=GREEDY, conversation=1)
    assert answer.stats.copied_tokens == 0
    assert answer.stats.passes == answer.stats.generated_tokens - 1


def test_pieces_of_characters_come_together_again(
    endless: Checkpoint, plain_endless: Any, same: Any
) -> None:
    ask = make_asker(endless)
    ask.resident.ahead.gain = AlwaysGains()
    for _ in range(3):
        answer = ask(user("go on"), options=GREEDY, conversation=1)
        same(answer, plain_endless(user("go on"), max_tokens=60))
    assert answer.stats.copied_tokens > 0
