"""Answers that go on: as they would have been without the cut.

`python -m tests.fuzz.continued` compares every cut of many more.
"""

import json

import pytest
from msgspec.structs import replace

from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.generation_options import GenerationOptions

from .asking import Answer, Asker, make_asker

HELLO = PromptMessage.of("user", "Tell me about lemons, apples and what else is at a market.")


def options(tokens: int, **others: object) -> GenerationOptions:
    return GenerationOptions(temperature=0.0, thinking=True, max_tokens=tokens, **others)


def begun(answer: Answer) -> PromptMessage:
    return PromptMessage("assistant", (answer.text,), answer.thoughts)


def said(*answers: Answer) -> tuple[str, str]:
    return "".join(it.thoughts for it in answers), "".join(it.text for it in answers)


@pytest.mark.parametrize("count", [1, 5, 9, 10, 12, 18])
@pytest.mark.parametrize("forgets", [False, True])
def test_an_answer_goes_on_as_if_it_had_not_been_cut(
    ask: Asker, demo: Checkpoint, count: int, forgets: bool
) -> None:
    """Within its thoughts, between these and its text, and within that.

    Also where the tokens that the model chose are not known any more, as in another core.
    """
    whole = ask(HELLO, options=options(40))
    first = ask(HELLO, options=options(count), conversation=1)
    if forgets:
        ask = make_asker(demo)
    rest = ask(HELLO, begun(first), options=options(40), conversation=1)
    assert said(first, rest) == said(whole)
    if not forgets:
        assert rest.stats.continued_tokens == count
        assert rest.stats.generated_tokens == whole.stats.generated_tokens
        # The token that ended it at its limit is all that is not resident.
        assert rest.stats.prefilled_tokens <= 2


def test_an_answer_goes_on_after_several_cuts(ask: Asker) -> None:
    whole = ask(HELLO, options=options(40))
    parts = [ask(HELLO, options=options(4), conversation=1)]
    while parts[-1].stats.generated_tokens < whole.stats.generated_tokens:
        thoughts, text = said(*parts)
        answer = PromptMessage("assistant", (text,), thoughts)
        parts.append(ask(HELLO, answer, options=options(4), conversation=1))
    assert said(*parts) == said(whole)
    assert len(parts) == 5


def test_a_stopped_answer_goes_on_with_its_kv(ask_endless: Asker) -> None:
    whole = ask_endless(HELLO)
    first = ask_endless(HELLO, stop_when=lambda it: len(it.text) >= 12, conversation=1)
    assert first.end is not None
    assert first.end.finish_reason == "cancelled"
    rest = ask_endless(HELLO, begun(first), conversation=1)
    held = rest.stats.continued_tokens
    assert held == len(first.tokens)
    assert (rest.stats.reused_tokens, rest.stats.prefilled_tokens) == (
        rest.stats.prompt_tokens - 1,
        1,
    )
    assert [*first.tokens, *rest.tokens][: len(whole.tokens)] == whole.tokens


@pytest.mark.parametrize("count", [0, 1, 3, 7])
@pytest.mark.parametrize("thinking", [False, True])
def test_a_document_that_was_cut_off_is_completed(ask: Asker, count: int, thinking: bool) -> None:
    """Also where the tokens that the model chose are not known."""
    schema = json.dumps({"type": "array", "items": {"type": "integer"}, "minItems": 5})
    asked = replace(options(60, schema=schema), thinking=thinking)
    whole = ask(HELLO, options=asked)
    cut = PromptMessage("assistant", (whole.text[:count],), whole.thoughts)
    rest = ask(HELLO, cut, options=asked)
    assert len(json.loads(whole.text[:count] + rest.text)) >= 5
    assert bool(whole.thoughts) == thinking


def test_words_of_another_model_are_kept(ask: Asker) -> None:
    """No matter how it would have written them, what follows stands behind them."""
    answer = PromptMessage.of("assistant", "A zebra-striped chrysanthe")
    rest = ask(HELLO, answer, options=options(10))
    assert not rest.text.startswith("A zebra")
    assert rest.stats.continued_tokens > 0
