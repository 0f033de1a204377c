"""Every family answers as mlx-vlm does from nothing, and computes no more than it must."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seeshell.core.engine.engine import AnswerOptions, PromptImage, PromptMessage
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.models.sources import find_model

from ..asking import Answer, make_asker
from .plain import PlainFamily

FULL = [
    "gemma3",
    "gemma4",
    "idefics3",
    "internvl_chat",
    "lfm2_vl",
    "llava",
    "mistral3",
    "phi3_v",
    "pixtral",
    "qwen2_5_vl",
    "qwen2_vl",
    "qwen3_5",
    "smolvlm",
]
OPTIONS = AnswerOptions(temperature=0.0, max_tokens=6)


def user(text: str, *images: PromptImage) -> PromptMessage:
    return PromptMessage.of("user", text, images)


def reply(text: str) -> PromptMessage:
    return PromptMessage.of("assistant", text)


@pytest.fixture(scope="module")
def load() -> Callable[[str], Any]:
    loaded: dict[str, Any] = {}

    def load_once(family: str) -> Any:
        if family == "phi3_v":
            from mlx_vlm.models.phi3_v.vision import VisionModel

            VisionModel.CLIP_VIT_LARGE_PATCH14_336_CONFIG.num_hidden_layers = 2
        if family not in loaded:
            loaded.clear()
            loaded[family] = load_checkpoint(find_model(f"/tmp/w/fam/m/{family}", print))
        return loaded[family]

    return load_once


def assert_as_cold(answer: Answer, cold: Answer) -> None:
    ours = answer.logits - np.logaddexp.reduce(answer.logits)
    spread = float(cold.logits.std())
    difference = np.abs(ours - cold.logits).max()
    print("difference", difference, "spread", spread)
    assert difference <= 1e-3 * max(1.0, spread)
    for token, expected, margin in zip(answer.tokens, cold.tokens, cold.margins, strict=False):
        if margin < 1e-2:
            break
        assert token == expected


@pytest.mark.parametrize("family", [*FULL, "gemma4_bidirectional"])
def test_a_conversation(family: str, load: Any, draw: Any, tmp_path: Path) -> None:
    checkpoint = load(family)
    cold = PlainFamily(checkpoint)
    ask = make_asker(checkpoint)
    one, two = draw("circle", "red"), draw("square", "blue", size=(80, 48))
    first = user("What is in the picture?", one)

    def turn(*messages, encoded, conversation=1, asker=ask):
        answer = asker(*messages, options=OPTIONS, conversation=conversation)
        print(
            family,
            answer.stats.reused_tokens,
            answer.stats.prefilled_tokens,
            answer.stats.prompt_tokens,
            answer.stats.images_encoded,
            answer.stats.recomputed,
        )
        assert_as_cold(answer, cold(*messages))
        assert answer.stats.images_encoded == encoded
        return answer

    a1 = turn(first, encoded=1)
    messages = (first, reply("A red circle."), user("Which is larger?"))
    a2 = turn(*messages, encoded=0)
    a2 = turn(*messages, encoded=0)
    kind = checkpoint.family.reuse.kind
    a3 = turn(*messages, reply("None."), user("And here?", two), encoded=1 if kind == "full" else 2)
    a4 = turn(first, reply("A circle."), user("And here?", two), encoded=0 if kind == "full" else 2)
    a5 = turn(user("No picture."), encoded=0, conversation=2)
