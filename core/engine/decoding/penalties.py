"""Repetition and presence penalties, computed by mlx-vlm's own logits processors."""

from typing import Any, Final

import mlx.core as mx

from ..mlx_vlm_names import make_logits_processors
from .logits_rules import LogitsRule

_CONTEXT_TOKENS: Final = 20
"""How far back a token counts as repeated, as in mlx-vlm."""


class Penalties(LogitsRule):
    """Makes tokens less likely that stand among the answer's last ones."""

    def __init__(self, repetition: float, presence: float) -> None:
        """Makes the rule for an answer that has not begun.

        Args:
            repetition: what the logits of repeated tokens are divided by (multiplied where they are
                negative), above 0; 1 changes nothing.
            presence: what is subtracted from them; 0 changes nothing.
        """
        self._processors = make_logits_processors(
            repetition_penalty=None if repetition == 1 else repetition,
            repetition_context_size=_CONTEXT_TOKENS,
            presence_penalty=presence,
            presence_context_size=_CONTEXT_TOKENS,
        )
        self._tokens: list[Any] = []

    def apply(self, logits: Any) -> Any:
        """Returns the logits with those of repeated tokens lowered."""
        if self._tokens:
            repeated = mx.concatenate(self._tokens[-_CONTEXT_TOKENS:])
            # The processors write into what they are given.
            logits = mx.array(logits)
            for process in self._processors:
                logits = process(repeated, logits)
        return logits

    def take(self, token: Any) -> None:
        """Takes the answer's next token, whose value it does not wait for."""
        self._tokens.append(token)

    def go_back(self, count: int) -> None:
        """Forgets the last `count` tokens."""
        del self._tokens[len(self._tokens) - count :]
