"""Has an answer begin with given words, in whatever tokens the model writes them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from llguidance import LLMatcher

from .logits_rules import LogitsRule
from .schema import keep_allowed, read_tokenizer
from .schema_end import allowed_tokens

_SPECIAL: Final = re.compile(r"([^\w\s])", re.ASCII)
"""What has, or may have, a meaning in a regular expression."""


class Repeating(LogitsRule):
    """Allows only tokens that spell the words, and the last of them to go on behind these."""

    def __init__(self, tokenizer: Any, words: str) -> None:
        """Makes the rule for an answer that has not begun.

        Args:
            tokenizer: of the checkpoint.
            words: what comes first; not empty.
        """
        # Anything may follow: what is behind the words decides nothing.
        grammar = LLMatcher.grammar_from_regex(f"{_escape(words)}(?s:.*)")
        self._matcher = LLMatcher(read_tokenizer(tokenizer), grammar, log_level=0)
        self._is_matched: list[bool] = []
        """Of each token taken, whether the matcher has it."""

    @property
    def _is_done(self) -> bool:
        return bool(self._matcher.is_accepting() or self._matcher.is_error())

    def apply(self, logits: Any) -> Any:
        """Returns the logits of tokens that spell the words; all once these are said."""
        return logits if self._is_done else keep_allowed(logits, allowed_tokens(self._matcher))

    def take(self, token: Any) -> None:
        """Takes the answer's next token, for which it waits until the words are said."""
        is_open = not self._is_done
        self._is_matched.append(is_open and self._matcher.consume_token(int(token.item())))

    def go_back(self, count: int) -> None:
        """Forgets the last tokens."""
        if count:
            self._matcher.rollback(sum(self._is_matched[-count:]))
            del self._is_matched[-count:]

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        """Returns nothing until the words are said."""
        return proposal if self._is_done else ()


def _escape(words: str) -> str:
    """Returns a regular expression, as llguidance reads it, for these very characters."""
    return _SPECIAL.sub(r"\\\1", words)
