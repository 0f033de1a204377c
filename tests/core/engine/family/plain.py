"""mlx-vlm alone, cold, for any family: the oracle of what the engine answers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from mlx_vlm.generate import generate_step
from mlx_vlm.utils import prepare_inputs, should_add_special_tokens

from seeshell.core.engine.engine import PromptMessage
from seeshell.core.engine.family.template import text_part
from seeshell.core.engine.loading import Checkpoint

from ..asking import Answer, open_image


@dataclass
class PlainFamily:
    """Answers through mlx-vlm's own functions, everything computed at once from nothing."""

    checkpoint: Checkpoint

    def inputs(self, messages: tuple[PromptMessage, ...]) -> dict[str, Any]:
        """The model's inputs as mlx-vlm prepares them."""
        model, processor = self.checkpoint.model, self.checkpoint.processor
        rendered = self.checkpoint.family.template(
            [
                {
                    "role": message.role,
                    "content": [
                        text_part(part) if isinstance(part, str) else {"type": "image"}
                        for part in message.parts
                    ],
                }
                for message in messages
            ]
        )
        images = [open_image(image) for message in messages for image in message.images]
        return dict(
            prepare_inputs(
                processor,
                images=images or None,
                prompts=rendered,
                image_token_index=getattr(model.config, "image_token_index", None),
                add_special_tokens=should_add_special_tokens(model.config.model_type, processor),
            )
        )

    def __call__(self, *messages: PromptMessage, max_tokens: int = 8) -> Answer:
        inputs = self.inputs(messages)
        language = self.checkpoint.model.language_model
        for name in ("_position_ids", "_rope_deltas"):
            if hasattr(language, name):
                setattr(language, name, None)
        steps = generate_step(
            inputs.pop("input_ids"),
            self.checkpoint.model,
            inputs.pop("pixel_values", None),
            inputs.pop("attention_mask", None),
            max_tokens=max_tokens,
            temperature=0.0,
            prefill_step_size=None,
            **inputs,
        )
        answer = Answer()
        ends = self.checkpoint.processor.tokenizer.stopping_criteria.eos_token_ids
        for token, logits in steps:
            if answer.logits is None:
                answer.logits = np.array(logits)
            answer.tokens.append(token)
            second, first = np.partition(np.array(logits).ravel(), -2)[-2:]
            answer.margins.append(float(first - second))
            if token in ends:
                break
        return answer


def assert_as_cold(answer: Answer, cold: Answer, spread: float = 1.0) -> None:
    """The answer's first logits and greedy tokens are the cold ones.

    Args:
        answer: of the engine.
        cold: of mlx-vlm.
        spread: of logits; differences are parts of it.
    """
    difference = logit_difference(answer, cold)
    assert difference <= 1e-3 * spread, f"the first logits differ by {difference:.3g}"
    pairs = zip(answer.tokens, cold.tokens, cold.margins, strict=False)
    for index, (token, expected, margin) in enumerate(pairs):
        if margin <= 1e-2 * spread:
            # What follows may be another answer.
            return
        assert token == expected, f"token {index} differs"


def logit_difference(answer: Answer, cold: Answer) -> float:
    """How far the first logits are apart."""
    ours = answer.logits - np.logaddexp.reduce(answer.logits)
    return float(np.abs(ours - cold.logits).max())
