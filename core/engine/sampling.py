"""Chooses and decodes tokens with mlx-vlm's own samplers and detokenizers."""

from collections.abc import Callable
from typing import Any

import mlx.core as mx

from .engine import AnswerOptions
from .mlx_vlm_names import (
    ServerTokenStreamer,
    clamp_temperature,
    make_sampler,
    make_streaming_detokenizer,
    resolve_sampling_defaults,
)

Sampler = Callable[[Any], Any]
"""From logits of shape (1, vocabulary) to a token of shape (1,)."""


def choose_sampler(config: Any, options: AnswerOptions) -> Sampler:
    """Returns the sampler that the options and the checkpoint's own defaults ask for."""
    temperature, top_p, top_k = resolve_sampling_defaults(
        config, temperature=options.temperature, top_p=options.top_p, top_k=options.top_k
    )
    if options.seed is not None:
        mx.random.seed(options.seed)
    if temperature == 0:
        return lambda logits: mx.argmax(logits, axis=-1)
    sample = make_sampler(temp=clamp_temperature(temperature), top_p=top_p, top_k=top_k)
    return lambda logits: sample(logits - mx.logsumexp(logits, axis=-1, keepdims=True))


class AnswerText:
    """Turns an answer's tokens into text as they come."""

    def __init__(self, processor: Any) -> None:
        detokenizer = make_streaming_detokenizer(processor)
        self._streamer = ServerTokenStreamer(processor.tokenizer, detokenizer)
        self._ends = frozenset(processor.tokenizer.stopping_criteria.eos_token_ids)
        self._silent = frozenset(processor.tokenizer.all_special_ids)

    def is_end(self, token: int) -> bool:
        """Whether the model says with this token that its answer is complete."""
        return token in self._ends

    def add(self, token: int) -> str:
        """Returns what the token adds to the text; empty in the middle of a character."""
        if token in self._silent:
            return ""
        text: str = self._streamer.advance(token, None)
        return text
