"""Scores tokens so that the best one is to be chosen: the likeliest, or one by chance."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import mlx.core as mx
import numpy as np

from ..mlx_vlm_names import apply_min_p, apply_top_k, apply_top_p, clamp_temperature

Filter = Callable[[Any], Any]
"""From log probabilities to the same without the tokens that are not to be chosen."""


class Sampler(Protocol):
    """How tokens are chosen from logits."""

    def scores(self, logits: Any, place: int) -> Any:
        """Returns what the tokens are compared by: logits, or the like in the same unit.

        Args:
            logits: shape (rows, vocabulary), not evaluated.
            place: of the first row's token in the answer, from 0; the others follow.
        """


class Greedy:
    """The likeliest token is chosen."""

    def scores(self, logits: Any, place: int) -> Any:  # noqa: ARG002 - nothing is left to chance
        """Returns the logits themselves."""
        return logits


class Chance:
    """A token is chosen by chance, each with its probability.

    The noise that decides depends on nothing but the seed and the token's place in the answer, so
    that an answer comes out the same however many tokens are computed in one pass.
    Source: the Gumbel-max trick, https://arxiv.org/abs/1411.0030, section 2.
    """

    def __init__(self, temperature: float, filters: list[Filter], seed: int | None = None) -> None:
        """Makes the sampler of one answer.

        Args:
            temperature: how much is left to chance, above 0: 1 for the model's own probabilities.
            filters: applied to them one after the other before that.
            seed: repeats an answer; None for one of its own.
        """
        self._temperature = clamp_temperature(temperature)
        self._filters = filters
        entropy = secrets.randbits(64) if seed is None else seed % 2**64
        self._seed = int(np.random.SeedSequence(entropy).generate_state(1)[0])

    def scores(self, logits: Any, place: int) -> Any:
        """Returns log probabilities plus noise as the temperature has it; -inf where left out."""
        logits = logits.astype(mx.float32)
        kept = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
        for leave_out in self._filters:
            kept = leave_out(kept)
        rows, vocabulary = logits.shape
        noise = [self._noise(place + row, vocabulary) for row in range(rows)]
        return kept + self._temperature * mx.stack(noise)

    def _noise(self, place: int, vocabulary: int) -> Any:
        key = mx.array([self._seed, place], dtype=mx.uint32)
        return mx.random.gumbel((vocabulary,), key=key)


def make_filters(top_p: float, min_p: float, top_k: int) -> list[Filter]:
    """Returns mlx-vlm's filters in its own order; none for what keeps every token.

    Args:
        top_p: probability that the tokens kept make up, from 0 (off) to 1 (all).
        min_p: least probability, as a part of the likeliest token's, from 0 to 1.
        top_k: tokens to keep; 0 for all.
    """
    filters: list[Filter] = []
    if 0 < top_p < 1:
        filters.append(partial(apply_top_p, top_p=top_p))
    if min_p > 0:
        filters.append(partial(apply_min_p, min_p=min_p))
    if top_k > 0:
        filters.append(partial(_keep_top, count=top_k))
    return filters


def _keep_top(scores: Any, count: int) -> Any:
    return apply_top_k(scores, top_k=count) if count < scores.shape[-1] else scores
