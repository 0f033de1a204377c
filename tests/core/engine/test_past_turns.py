"""What the receipt says of work done twice: the reason, and nothing where there was none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seeshell.core.engine import past_turns
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.kv.prefix import ImageSpan, TokenRun, common_length, reusable_length
from seeshell.core.engine.past_turns import (
    EVICTED,
    LOADED_ANEW,
    NOT_KEPT,
    OTHER_MODEL,
    OTHER_SYSTEM,
    REPLACED,
    MessageKey,
    PastTurn,
    PastTurns,
    recompute_reason,
)
from seeshell.core.errors import OutOfMemory

Draw = Callable[..., PromptImage]
PAD = 9


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


def keys(*messages: str) -> tuple[MessageKey, ...]:
    """Messages as "ab:text", in which a and b are pictures; questions and answers by turns."""
    roles = ("user", "assistant")
    parts = [message.rpartition(":") for message in messages]
    return tuple(
        MessageKey(roles[index % 2], text, tuple(pictures))
        for index, (pictures, _, text) in enumerate(parts)
    )


def run(*messages: str) -> TokenRun:
    """A token for each letter, three for each picture, one for each message's end."""
    tokens: list[int] = []
    spans = []
    for message in keys(*messages):
        for picture in message.pictures:
            spans.append(ImageSpan(len(tokens), 1, 3, picture))
            tokens += [PAD] * 3
        tokens += [*message.text.encode(), 1]
    return TokenRun(tokens, spans)


def past(*messages: str, conversation: int = 1, lost: str = EVICTED) -> PastTurn:
    return PastTurn(conversation, keys(*messages), run(*messages), lost)


BEFORE = ("a:one", "two", "b:three", "four")


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        pytest.param((*BEFORE, "five"), "", id="a follow-up"),
        pytest.param(BEFORE[:3], "", id="the answer again"),
        pytest.param(("a:one", "two", "b:other"), "", id="another last question"),
        pytest.param(("a:one", "two", "c:other"), "", id="another question about another picture"),
        pytest.param(("a:other",), "", id="another first question"),
        pytest.param(("a:one", "two", "c:three"), "picture 2 changed", id="another picture"),
        pytest.param(("c:one", "two", "b:three"), "picture 1 changed", id="the first picture"),
        pytest.param((":one", "two", "b:three"), "picture 1 was removed", id="a picture less"),
        pytest.param(("ac:one", "two", "b:three"), "picture 2 was added", id="a picture more"),
        pytest.param(
            ("a:one", "too", "b:three"), "the text of message 2 changed", id="another text"
        ),
    ],
)
def test_a_change_is_named_if_something_known_stands_behind_it(
    now: tuple[str, ...], reason: str
) -> None:
    turn = past(*BEFORE)
    reused = reusable_length(turn.run, run(*now))

    assert recompute_reason([turn], 1, keys(*now), run(*now), reused) == reason


SYSTEM = MessageKey("system", "brief", ())
OTHER = MessageKey("system", "long", ())


@pytest.mark.parametrize(
    ("then", "now", "messages", "reason"),
    [
        pytest.param((), (SYSTEM,), (*BEFORE, "five"), OTHER_SYSTEM, id="a new one"),
        pytest.param((SYSTEM,), (), (*BEFORE, "five"), OTHER_SYSTEM, id="one less"),
        pytest.param((SYSTEM,), (OTHER,), (*BEFORE, "five"), OTHER_SYSTEM, id="another"),
        pytest.param((SYSTEM,), (OTHER,), ("a:other",), "", id="before other messages"),
        pytest.param(
            (SYSTEM,),
            (SYSTEM,),
            ("a:one", "too", "b:three"),
            "the text of message 2 changed",
            id="the same, which is not counted",
        ),
    ],
)
def test_a_change_of_the_system_prompt_is_named(
    then: tuple[MessageKey, ...],
    now: tuple[MessageKey, ...],
    messages: tuple[str, ...],
    reason: str,
) -> None:
    def behind(system: tuple[MessageKey, ...], *texts: str) -> TokenRun:
        head = [*"".join(it.text for it in system).encode(), 1]
        after = run(*texts)
        spans = [it._replace(start=it.start + len(head)) for it in after.spans]
        return TokenRun([*head, *after.tokens], spans)

    turn = PastTurn(1, (*then, *keys(*BEFORE)), behind(then, *BEFORE))
    wanted = behind(now, *messages)
    reused = reusable_length(turn.run, wanted)

    assert recompute_reason([turn], 1, (*now, *keys(*messages)), wanted, reused) == reason


def test_lost_kv_is_the_reason_wherever_it_was_computed() -> None:
    turns = [past(*BEFORE, lost=LOADED_ANEW), past("b:other", conversation=2)]
    now = (*BEFORE, "five")

    assert recompute_reason(turns, 1, keys(*now), run(*now), 0) == LOADED_ANEW
    assert recompute_reason(turns, 3, keys(*now), run(*now), 4) == LOADED_ANEW
    assert recompute_reason(turns, 1, keys(*now), run(*now), len(turns[0].run)) == ""
    assert recompute_reason(turns, 2, keys("new"), run("new"), 0) == ""


def test_an_answer_that_reads_in_other_tokens_is_named() -> None:
    turn = PastTurn(1, keys("one", "two"), TokenRun([*b"one", 1, 200, 201, 202, 1]))
    now = ("one", "two", "three")

    reason = recompute_reason([turn], 1, keys(*now), run(*now), 4)

    assert reason == "message 2 reads in other tokens than it was written in"


def test_a_version_that_is_gone_back_to_differs_from_none() -> None:
    turns = [past(*BEFORE), past("a:one", "too", "b:three")]
    now = (*BEFORE, "five")

    assert recompute_reason(turns, 1, keys(*now), run(*now), len(turns[0].run)) == ""


def test_a_version_whose_place_was_taken_is_told_from_an_evicted_one() -> None:
    turns = PastTurns()
    long = "a:" + 50 * "long "
    for answer in ("yes", "no"):
        turns.record(PastTurn(1, keys(long, answer), run(long, answer)))
    now = (long, "yes", "more")

    reason = turns.reason(1, keys(*now), run(*now), len(run(long)))

    assert reason == REPLACED


def test_what_another_model_computed_is_its_own() -> None:
    turns, now = PastTurns(), (*BEFORE, "five")
    turns.model = "one"
    turns.record(replace(past(*BEFORE), told=(1, 2)))
    asked = TokenRun(run(*BEFORE).tokens[:4], run(*BEFORE).spans[:1])
    turns.model = "other"

    assert turns.reason(1, keys(*now), run(*now), 0) == OTHER_MODEL
    assert turns.reason(1, keys("new"), run("new"), 0) == ""
    assert turns.reason(2, keys(*now), run(*now), 0) == ""
    assert (turns.runs(1), list(turns.answers(1, asked))) == ([], [])
    turns.record(past(*BEFORE, "five", "six"))
    assert turns.reason(1, keys(*now), run(*now), len(run(*now)) - 1) == ""
    turns.model = "one"
    assert turns.reason(1, keys(*now), run(*now), len(run(*BEFORE))) == OTHER_MODEL
    assert len(turns.runs(1)) == 1
    assert list(turns.answers(1, asked)) == [(1, 2)]


def test_a_question_is_compared_with_few_turns_however_often_it_was_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = PastTurns()
    question = "a:" + 1000 * "long "
    for answer in range(39):
        turns.record(PastTurn(1, keys(question, f"{answer}"), run(question, f"{answer}")))
    turns.record(PastTurn(2, keys("b:other", "yes"), run("b:other", "yes")))
    compared: list[TokenRun] = []

    def compare(held: TokenRun, wanted: TokenRun) -> int:
        compared.append(held)
        return common_length(held, wanted)

    monkeypatch.setattr(past_turns, "common_length", compare)

    reason = turns.reason(1, keys(question), run(question), len(run(question)) - 1)

    assert reason == ""
    assert len(compared) <= 11
    assert turns.knows(2)


def test_of_many_answers_the_newest_are_remembered() -> None:
    turns = PastTurns()
    for answer in "abcdefghijkl":
        turns.record(PastTurn(1, keys("q", 9 * answer), run("q", 9 * answer)))

    newest, oldest = ("q", 9 * "l", "more"), ("q", 9 * "a", "more")

    assert turns.reason(1, keys(*newest), run(*newest), 0) == EVICTED
    assert turns.reason(1, keys(*oldest), run(*oldest), len(run("q"))) != EVICTED


def test_a_conversation_without_surprises_has_an_empty_reason(ask: Any, draw: Draw) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    second = (first, reply(answer.text), user("What color is it?"))
    answers = [answer, ask(*second, conversation=1), ask(*second, conversation=1)]
    edited = (first, reply(answer.text), user("Where is it?", draw("square", "blue")))
    answers.append(ask(*edited, conversation=1))
    answers.append(ask(*second, conversation=2))

    assert [it.stats.recomputed for it in answers] == [""] * 5


def test_another_picture_of_the_same_size_is_the_reason(ask: Any, draw: Draw) -> None:
    ask(user("What is in the picture?", draw("circle", "red")), conversation=1)

    answer = ask(user("What is in the picture?", draw("square", "blue")), conversation=1)

    assert answer.stats.recomputed == "picture 1 changed"


def test_evicted_kv_and_features_are_the_reason(ask: Any, draw: Draw) -> None:
    first = user("What is in the picture?", draw())
    answer = ask(first, conversation=1)
    follow_up = (first, reply(answer.text), user("What color is it?"))
    ask.resident.pool.clear()
    assert ask(*follow_up, conversation=1).stats.recomputed == EVICTED

    ask.resident.free_caches()
    answer = ask(*follow_up, conversation=1)

    assert answer.stats.recomputed == f"{EVICTED}; the features of 1 picture were evicted"


def test_a_conversation_from_before_is_computed_for_want_of_its_kv(ask: Any, draw: Draw) -> None:
    messages = (user("What is in the picture?", draw()), reply("A circle."), user("Its color?"))

    assert ask(*messages, conversation=1).stats.recomputed == NOT_KEPT
    assert ask(*messages, conversation=1).stats.recomputed == ""


def test_after_the_memory_ran_out_that_is_the_reason(
    ask: Any, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = user("What is in the picture?", draw())
    ask(question, conversation=1)
    with monkeypatch.context() as patch:
        patch.setattr(
            "seeshell.core.engine.prefill.mx.eval", lambda *_: (_ for _ in ()).throw(MemoryError)
        )
        with pytest.raises(OutOfMemory):
            ask(user("What?", *question.images), conversation=1)

    reason = ask(question, conversation=1).stats.recomputed

    assert reason == "the memory ran out; the features of 1 picture were evicted"


def test_what_lies_behind_the_last_copied_state_is_no_loss() -> None:
    past = PastTurns()
    run = TokenRun(list(range(100)))
    past.record(PastTurn(1, (), run, stops=(40, 90, 100)))

    assert past.reason(1, (), run, 90) == ""
    assert past.reason(1, (), run, 40) == EVICTED
