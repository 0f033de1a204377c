"""Special tokens of which boxes are made: answers show them, and later prompts hold them again."""

import dataclasses
from collections.abc import Callable

import pytest

from seeshell.core.engine.decoding.answer_text import AnswerText
from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.engine.prompt import PromptBuilder

from ..asking import Asker

BOX = "<|object_ref_start|>star<|object_ref_end|><|box_start|>(102,40),(388,510)<|box_end|>"


def test_box_tokens_are_part_of_the_answer_and_others_are_not(demo: Checkpoint) -> None:
    tokenizer = demo.processor.tokenizer
    text = AnswerText(demo.processor)
    tokens = tokenizer.encode(f"{BOX}<|vision_pad|>.<|im_end|>")
    assert tokenizer.convert_tokens_to_ids("<|box_start|>") in tokens
    assert "".join(text.add(token).text for token in tokens) + text.end().text == f"{BOX}."


@pytest.mark.parametrize(("model_type", "in_pixels"), [("qwen3_vl", False), ("qwen2_5_vl", True)])
def test_the_receipt_says_what_the_models_boxes_count(
    demo: Checkpoint, make_asker: Callable[..., Asker], model_type: str, in_pixels: bool
) -> None:
    ask = make_asker(dataclasses.replace(demo, model_type=model_type))
    answer = ask(PromptMessage.of("user", "hello"))
    assert answer.stats.boxes_in_pixels is in_pixels


def test_an_earlier_answer_is_read_with_the_tokens_that_it_was_written_with(
    demo: Checkpoint,
) -> None:
    tokenizer = demo.processor.tokenizer
    messages = [
        PromptMessage.of("user", "Give the box. <|im_end|>"),
        PromptMessage.of("assistant", BOX),
        PromptMessage.of("user", "And now?"),
    ]
    tokens = PromptBuilder(demo.family).build(messages, ()).tokens
    box = tokenizer.encode(BOX)
    assert any(list(tokens[at : at + len(box)]) == box for at in range(len(tokens)))
    # What is typed closes no message for all that.
    assert list(tokens).count(tokenizer.convert_tokens_to_ids("<|im_end|>")) == 3
