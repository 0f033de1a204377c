"""Answers that keep to a JSON schema: of each next token only those that the schema allows.

The grammar and its masks are llguidance's. The mask is applied with MLX's common operations, which
every device has; mlx-vlm's own has a kernel for Metal alone, and can't take tokens back.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import mlx.core as mx
import numpy as np
from llguidance import LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer
from numpy.typing import NDArray

from ...errors import TurnError
from ...wording import one_line
from .logits_rules import LogitsRule
from .schema_end import SchemaEnd, allowed_tokens
from .thinking import Thoughts

_FOR_CALLERS: Final = re.compile(r"\. Enable '.*|<state>.*", re.DOTALL)
"""What llguidance says of a problem to those who call it: options of its own, and its state."""

_SPARE_TOKENS: Final = 8
"""That much earlier than it must, a document is brought to its end."""

_LOOKS: Final = 32
"""After so many tokens it is looked again how the document can end; near the limit, after each."""

_NEAR_TOKENS: Final = 128
"""With no more left than these and a few ends of the document, tokens come one by one."""


class SchemaRule(LogitsRule):
    """Allows only what goes on towards a valid document; thoughts before it are free.

    Shortly before the answer's limit the document is brought to an end.
    """

    def __init__(self, tokenizer: Any, schema: str, limit: int, closing_tag: str = "") -> None:
        """Makes the rule for an answer that has not begun.

        Args:
            tokenizer: of the checkpoint.
            schema: as JSON.
            limit: most tokens of the answer, thoughts included.
            closing_tag: of thoughts that the prompt has opened already; empty for none.

        Raises:
            TurnError: the schema can't be used.
        """
        self._matcher = LLMatcher(read_tokenizer(tokenizer), _read_grammar(schema), log_level=0)
        if problem := self._matcher.get_error():
            raise unusable_schema(problem)
        self._ends = sorted(tokenizer.stopping_criteria.eos_token_ids)
        self._end = SchemaEnd(tokenizer)
        self._thoughts = Thoughts(tokenizer, closing_tag) if closing_tag else None
        self._limit = limit
        self._is_matched: list[bool] = []
        """Of each token taken, whether the matcher has it."""
        self._looked_at = 0
        """Tokens of the answer when the document's end was looked for last."""
        self._ending: list[int] = []
        """The shortest end that was found then."""
        self._longest = 0
        """Tokens of the longest end that was found at any time."""

    def apply(self, logits: Any) -> Any:
        """Returns the logits of what the schema allows; of all else -inf.

        Raises:
            TurnError: the schema is too much for llguidance: what followed would be no document.
        """
        if not self._is_thinking:
            return keep_allowed(logits, self._allowed())
        # An answer that ends within its thoughts would be no document.
        allowed = np.ones(logits.shape[-1], np.bool_)
        allowed[self._ends] = False
        return keep_allowed(logits, allowed)

    def take(self, token: Any) -> None:
        """Takes the answer's next token, for which it waits."""
        value = int(token.item())
        is_answer = not self._is_thinking and not self._matcher.is_stopped()
        self._is_matched.append(is_answer and self._matcher.consume_token(value))
        if self._thoughts is not None:
            self._thoughts.take(value)

    def go_back(self, count: int) -> None:
        """Forgets the last tokens."""
        if count:
            self._matcher.rollback(sum(self._is_matched[-count:]))
            del self._is_matched[-count:]
            if self._thoughts is not None:
                self._thoughts.go_back(count)

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        """Returns as much of the proposal as the schema allows; nothing while the model thinks."""
        if self._is_thinking or self._matcher.is_stopped() or self._is_near():
            return ()
        return proposal[: self._matcher.validate_tokens(list(proposal))]

    @property
    def _is_thinking(self) -> bool:
        return self._thoughts is not None and bool(self._thoughts.closing_tag)

    def _allowed(self) -> NDArray[np.bool_]:
        if self._matcher.is_stopped():
            allowed = _only(self._ends)
        elif self._is_ending():
            allowed = _only(self._ending[:1] or self._ends)
        else:
            allowed = allowed_tokens(self._matcher)
        if self._matcher.is_error():
            raise unusable_schema(self._matcher.get_error())
        return allowed

    def _is_ending(self) -> bool:
        """Whether there is room for the document's end and no more."""
        taken = len(self._is_matched)
        if not self._is_near() and taken < self._looked_at + _LOOKS:
            return False
        ending, self._looked_at = self._end.find(self._matcher), taken
        if ending is None:
            return False
        self._ending = ending
        # One more item of a list can make the end as long as it was within an item before.
        self._longest = max(self._longest, len(self._ending))
        return self._left() <= self._longest

    def _is_near(self) -> bool:
        """Whether the limit is so near that each token must leave room for the document's end."""
        return self._left() <= 4 * self._longest + _NEAR_TOKENS

    def _left(self) -> int:
        return self._limit - len(self._is_matched) - _SPARE_TOKENS


def keep_allowed(logits: Any, allowed: NDArray[np.bool_]) -> Any:
    """Returns the logits of what is allowed; of all else -inf.

    Args:
        logits: shape (1, vocabulary).
        allowed: of each token; may be some longer or shorter, where nothing else is allowed.
    """
    mask = np.zeros(logits.shape[-1], np.bool_)
    found = allowed[: mask.size]
    mask[: found.size] = found
    return mx.where(mx.array(mask), logits, float("-inf"))


def unusable_schema(problem: str) -> TurnError:
    """Returns the error to raise."""
    reason = one_line(_FOR_CALLERS.sub("", problem)).rstrip(".")
    return TurnError(f"The JSON schema can't be used ({reason}): correct it and ask again.")


def _only(tokens: Sequence[int]) -> NDArray[np.bool_]:
    allowed = np.zeros(max(tokens) + 1, np.bool_)
    allowed[list(tokens)] = True
    return allowed


def _read_grammar(schema: str) -> str:
    try:
        described = json.loads(schema)
    except ValueError as error:
        raise unusable_schema(str(error)) from error
    if not isinstance(described, dict):
        raise unusable_schema("it is no JSON object")
    return LLMatcher.grammar_from_json_schema(
        described,
        # The spaces of `json.dumps`: a model that may write any number can go on so for ever.
        overrides={
            "item_separator": ", ",
            "key_separator": ": ",
            "whitespace_flexible": False,
        },
    )


@lru_cache(maxsize=1)
def read_tokenizer(tokenizer: Any) -> LLTokenizer:
    """Returns the tokenizer for masks; the vocabulary is walked once a model, for a second."""
    return from_tokenizer(tokenizer, eos_token=sorted(tokenizer.stopping_criteria.eos_token_ids))
