"""Thoughts told from answers by their tokens, bounded, and left out of later prompts."""

from collections.abc import Callable

import mlx.core as mx
import pytest
from msgspec.structs import replace

from seeshell.core.engine.decoding.thinking import Thoughts, ThoughtsBudget, opened_thoughts
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.prompt import PromptBuilder
from seeshell.core.generation_options import GenerationOptions

from ..asking import Asker, with_template

THINK = GenerationOptions(temperature=0.0, max_tokens=60, thinking=True, thinking_budget=6)


def tokens_of(demo: Checkpoint, text: str) -> list[int]:
    return list(demo.processor.tokenizer.encode(text, add_special_tokens=False))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("assistant\n<think>\n", "</think>"),
        ("assistant\n<think>", "</think>"),
        ("assistant\n<think>\n\n</think>\n\n", ""),
        ("what is <think>? assistant\n", ""),
        ("<thinking>", "</thinking>"),
    ],
)
def test_a_prompt_tells_whether_it_has_opened_thoughts(
    demo: Checkpoint, text: str, tag: str
) -> None:
    assert opened_thoughts(demo.processor.tokenizer, tokens_of(demo, text)) == tag


@pytest.mark.parametrize(
    ("opened", "text", "thoughts"),
    [
        ("</think>", "I see.\n</think>\n\nA star.", "I see.\n"),
        ("</think>", "I see no </b>. A star.", "I see no </b>. A star."),
        ("", "<think>\nI see.</think>A star.", "<think>\nI see."),
        ("", "A star, not <think> or </think>.", ""),
        ("", "A star.", ""),
    ],
)
def test_thoughts_are_told_by_their_tokens_and_can_go_back(
    demo: Checkpoint, opened: str, text: str, thoughts: str
) -> None:
    tokenizer = demo.processor.tokenizer
    watch = Thoughts(tokenizer, opened)
    tokens = tokens_of(demo, text)
    states = [watch.closing_tag]
    for token in tokens:
        # What is tried and taken back leaves no trace.
        for tried in tokens_of(demo, "</think><think>"):
            watch.take(tried)
        watch.go_back(len(tokens_of(demo, "</think><think>")))
        watch.take(token)
        states.append(watch.closing_tag)
    length = len(tokens_of(demo, thoughts))
    if thoughts == text:
        assert all(states)
    elif not thoughts:
        assert not any(states)
    else:
        opening = next(index for index, tag in enumerate(states) if tag)
        closed = states.index("", opening)
        assert tokenizer.decode(tokens[:length]) == thoughts
        assert length <= closed <= length + len(tokens_of(demo, "</think>"))
        assert not any(states[closed:])


def test_a_budget_closes_the_thoughts_and_only_these(demo: Checkpoint) -> None:
    tokenizer = demo.processor.tokenizer
    rule = ThoughtsBudget(tokenizer, "</think>", 3)
    word = tokens_of(demo, " circle")[0]
    row = mx.zeros((1, demo.model.config.text_config.vocab_size))
    row[0, word] = 1
    said = []
    for _ in range(30):
        token = mx.argmax(rule.apply(row), axis=-1)
        rule.take(token)
        said.append(int(token.item()))
    closing = tokens_of(demo, "\n</think>")
    assert said[:3] == [word] * 3
    assert said[3 : 3 + len(closing)] == closing
    assert said[3 + len(closing) :] == [word] * (27 - len(closing))


def test_no_more_is_proposed_than_the_budget_has_left(demo: Checkpoint) -> None:
    rule = ThoughtsBudget(demo.processor.tokenizer, "</think>", 3)
    assert rule.fit([1, 2, 3, 4]) == [1, 2, 3]
    rule.take(mx.array([5]))
    assert rule.fit([1, 2, 3, 4]) == [1, 2]
    rule.go_back(1)
    assert rule.fit([1, 2, 3, 4]) == [1, 2, 3]
    answering = ThoughtsBudget(demo.processor.tokenizer, "", 3)
    assert answering.fit([1, 2, 3, 4]) == [1, 2, 3, 4]


def test_thoughts_are_streamed_apart_from_the_answer(
    demo: Checkpoint, make_asker: Callable[..., Asker], draw: Callable[..., PromptImage]
) -> None:
    ask = make_asker(demo)
    assert ask.resident.prompts.can_think
    question = PromptMessage.of("user", "What is in the picture?", (draw(),))
    answer = ask(question, options=THINK)
    assert answer.thoughts
    assert answer.text
    assert "think>" not in answer.thoughts + answer.text
    assert answer.thoughts == answer.thoughts.strip()
    plain = ask(question, options=replace(THINK, thinking=False))
    assert not plain.thoughts


def test_the_next_prompt_computes_what_is_new_and_the_answer_without_its_thoughts(
    demo: Checkpoint, make_asker: Callable[..., Asker], draw: Callable[..., PromptImage]
) -> None:
    ask = make_asker(demo)
    question = PromptMessage.of("user", "What is in the picture?", (draw(),))
    answer = ask(question, options=THINK, conversation=1)
    messages = [
        question,
        PromptMessage.of("assistant", answer.text),
        PromptMessage.of("user", "And where is it?"),
    ]
    after = ask(*messages, options=THINK, conversation=1)
    prompt = ask.resident.prompts.build(
        messages, ask.resident.pictures.look_up(question.images, lambda: False) or [], thinking=True
    )
    opening = tokens_of(demo, "<think>\n")
    assert after.stats.reused_tokens == answer.stats.prompt_tokens - len(opening)
    assert after.stats.prefilled_tokens == len(prompt) - after.stats.reused_tokens
    assert after.stats.images_encoded == 0
    assert "thoughts" in after.stats.recomputed


def test_work_ahead_is_of_use_where_the_choice_stands_first(
    demo: Checkpoint, make_asker: Callable[..., Asker], draw: Callable[..., PromptImage]
) -> None:
    first = "{%- if enable_thinking %}{{- 'Think.\n' }}{%- endif %}" + demo.chat_template
    ask = make_asker(with_template(demo, first))
    picture = draw()
    ask.prepare(PromptMessage.of("user", "", (picture,)), conversation=1, thinking=True)
    question = PromptMessage.of("user", "What is in the picture?", (picture,))
    stats = ask(question, options=THINK, conversation=1).stats
    assert stats.images_encoded == 0
    assert stats.prefilled_tokens < 20


def test_a_template_that_leaves_no_choice_can_not_think(demo: Checkpoint) -> None:
    without = demo.chat_template.replace("enable_thinking", "anything")
    assert not PromptBuilder(with_template(demo, without).family).can_think
