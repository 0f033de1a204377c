"""The shortest way to end a document that has begun, so that a token limit leaves a valid one."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from llguidance import LLMatcher
from numpy.typing import NDArray

_CLOSERS: Final = ('"', "}", "]", ",", "0", "1", "a")
"""What ends strings, objects and arrays, then items, and the shortest of what else may be needed.

A comma stands before digits: behind one there may always be another.
"""

_MOST_TOKENS: Final = 512
"""Longer ends are not looked for: only a schema that asks for much text has such."""


class SchemaEnd:
    """Finds how documents can end."""

    def __init__(self, tokenizer: Any) -> None:
        self._ends = sorted(tokenizer.stopping_criteria.eos_token_ids)
        encoded = (tokenizer.encode(text, add_special_tokens=False) for text in _CLOSERS)
        self._closers = [tokens[-1] for tokens in encoded if tokens]

    def find(self, matcher: LLMatcher) -> list[int] | None:
        """Returns tokens that end the matcher's document, without the end token.

        Empty where it is complete, None where no end is near.
        """
        ahead = matcher.deep_copy()
        tokens: list[int] = []
        while not ahead.is_stopped() and len(tokens) < _MOST_TOKENS:
            allowed = allowed_tokens(ahead)
            if any(allowed[end] for end in self._ends if end < allowed.size):
                return tokens
            forced: Sequence[int] = ahead.compute_ff_tokens()
            chosen = list(forced) or [self._choose(allowed)]
            ahead.consume_tokens(chosen)
            tokens += chosen
        return None if ahead.is_error() or len(tokens) >= _MOST_TOKENS else tokens

    def _choose(self, allowed: NDArray[np.bool_]) -> int:
        closers = (token for token in self._closers if token < allowed.size and allowed[token])
        return next(closers, int(allowed.argmax()))


def allowed_tokens(matcher: LLMatcher) -> NDArray[np.bool_]:
    """Returns for each token of the vocabulary whether it may follow; it may be some longer."""
    packed = np.frombuffer(matcher.compute_bitmask(), np.uint8)
    return np.unpackbits(packed, bitorder="little").astype(np.bool_)
