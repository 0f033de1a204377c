"""The chat template the checkpoint gets: today's prompts, and thoughts as Qwen3's."""

import json
import random
from functools import cache
from typing import Any

import jinja2
import pytest

from seeshell.core.demo import MODEL_PATH
from training.dialogues import Dialogue, sample_dialogue
from training.mixes import EVERYTHING, TAUGHT
from training.prompts import CHAT_TEMPLATE, segments_of

QUESTION = {"role": "user", "content": "Hello"}
THOUGHT_OUT = {"role": "assistant", "content": "<think>\nIt greets.\n</think>\n\nHi"}
OPENING = "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"


@cache
def compiled(template: str) -> jinja2.Template:
    """Returns a template with the options of transformers."""
    return jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(template)


def rendered(messages: list[dict[str, Any]], template: str = CHAT_TEMPLATE, **options: Any) -> str:
    """Returns the prompt, as transformers renders it."""
    whole = {"add_generation_prompt": True, **options}
    return compiled(template).render(messages=messages, **whole)


def messages_of(dialogue: Dialogue) -> list[dict[str, Any]]:
    """Returns a dialogue as the messages that a client sends, thoughts in a field of their own."""
    messages: list[dict[str, Any]] = []
    if dialogue.system_prompt:
        messages.append({"role": "system", "content": dialogue.system_prompt})
    for turn in dialogue.turns:
        marks = [{"type": "image"}] * len(turn.pictures)
        words = [{"type": "text", "text": turn.question}]
        content = marks + words if turn.are_pictures_first else words + marks
        messages.append({"role": "user", "content": content})
        thoughts = {"reasoning_content": turn.thoughts} if dialogue.is_thinking else {}
        messages.append({"role": "assistant", "content": turn.answer, **thoughts})
    return messages


@pytest.mark.parametrize("options", [{}, {"enable_thinking": False}])
def test_without_thoughts_every_prompt_is_the_shipped_template_s(options: dict[str, Any]) -> None:
    shipped = json.loads((MODEL_PATH / "chat_template.json").read_text())["chat_template"]
    rng = random.Random(5)
    for _ in range(30):
        messages = messages_of(sample_dialogue(rng, "train", EVERYTHING))
        for end in (len(messages), len(messages) - 1):
            prompt = rendered(messages[:end], **options)
            assert prompt == rendered(messages[:end], shipped)


def test_a_dialogue_is_taught_as_the_template_writes_it() -> None:
    rng = random.Random(4)
    for _ in range(60):
        dialogue = sample_dialogue(rng, "train", TAUGHT)
        taught = "".join(text for text, _ in segments_of(dialogue))
        assert rendered(messages_of(dialogue), add_generation_prompt=False) == taught


@pytest.mark.parametrize("options", [{}, {"enable_thinking": False}])
def test_a_prompt_without_thoughts_opens_none(options: dict[str, Any]) -> None:
    assert rendered([QUESTION], **options) == OPENING


def test_a_prompt_for_thoughts_opens_them() -> None:
    assert rendered([QUESTION], enable_thinking=True) == f"{OPENING}<think>\n"


@pytest.mark.parametrize(
    "earlier",
    [
        THOUGHT_OUT,
        {**THOUGHT_OUT, "content": [{"type": "text", "text": THOUGHT_OUT["content"]}]},
        {"role": "assistant", "content": "Hi", "reasoning_content": "It greets."},
        {"role": "assistant", "content": "Hi"},
    ],
)
def test_thoughts_of_earlier_answers_are_left_out(earlier: dict[str, Any]) -> None:
    assert rendered([QUESTION, earlier, QUESTION]) == f"{OPENING}Hi<|im_end|>\n{OPENING}"


def test_thoughts_after_the_last_question_stay() -> None:
    prompt = rendered([QUESTION, THOUGHT_OUT], add_generation_prompt=False)
    assert prompt == f"{OPENING}{THOUGHT_OUT['content']}<|im_end|>\n"


def test_a_user_may_write_the_marks_of_thoughts() -> None:
    question = {"role": "user", "content": "What is </think>?"}
    assert "What is </think>?" in rendered([question])
