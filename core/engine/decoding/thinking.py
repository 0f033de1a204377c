"""Where an answer's thoughts begin and end, told from its tokens, and a bound for them.

A model thinks between two tags. Its template may open the thoughts in the prompt; otherwise the
model opens them itself, as the first thing that it says.
"""

from collections.abc import Sequence
from typing import Any, Final

import mlx.core as mx

from ..inline_thoughts import TAGS
from .logits_rules import LogitsRule

_TAG_TOKENS: Final = 16
"""As many tokens, or fewer, spell a tag in every vocabulary."""


def opened_thoughts(tokenizer: Any, prompt: Sequence[int]) -> str:
    """Returns the tag that ends the thoughts which a prompt has opened; empty if it opened none."""
    # In some families a picture's tokens are negative, and no text.
    last = [token for token in prompt[-_TAG_TOKENS:] if token >= 0]
    end = tokenizer.decode(last).rstrip()
    return next((closing for tag, closing in TAGS.items() if end.endswith(tag)), "")


class Thoughts:
    """Whether the model is thinking, by the tokens of its answer so far."""

    def __init__(self, tokenizer: Any, closing_tag: str = "") -> None:
        """Makes the watch of an answer that has not begun.

        Args:
            tokenizer: of the checkpoint.
            closing_tag: of thoughts that the prompt has opened already; empty for none.
        """
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._tags = [closing_tag]
        """Before each token and after the last: what the model still has to say to end its
        thoughts."""

    @property
    def closing_tag(self) -> str:
        """What ends the thoughts that the model is at; empty while it answers."""
        return self._tags[-1]

    @property
    def count(self) -> int:
        """Tokens of thoughts so far, their opening tag included."""
        return sum(map(bool, self._tags[1:]))

    @property
    def tokens(self) -> Sequence[int]:
        """The answer so far."""
        return self._tokens

    def take(self, token: int) -> None:
        """Takes the answer's next token."""
        self._tokens.append(token)
        said = self._tokenizer.decode(self._tokens[-_TAG_TOKENS:])
        if self.closing_tag:
            self._tags.append("" if self.closing_tag in said else self.closing_tag)
        elif any(self._tags) or len(self._tokens) > _TAG_TOKENS:
            self._tags.append("")
        else:
            opened = (tag for tag in TAGS if said.lstrip().startswith(tag))
            self._tags.append(TAGS.get(next(opened, ""), ""))

    def go_back(self, count: int) -> None:
        """Forgets the last tokens."""
        if count:
            del self._tokens[-count:], self._tags[-count:]


class ThoughtsBudget(LogitsRule):
    """Ends the thoughts after a number of tokens: the model has to close them then."""

    def __init__(self, tokenizer: Any, closing_tag: str, most_tokens: int) -> None:
        """Makes the rule for an answer that has not begun.

        Args:
            tokenizer: of the checkpoint.
            closing_tag: of thoughts that the prompt has opened already; empty for none.
            most_tokens: of thoughts, the words that close them not counted.
        """
        self._tokenizer = tokenizer
        self._thoughts = Thoughts(tokenizer, closing_tag)
        self._most_tokens = most_tokens

    def apply(self, logits: Any) -> Any:
        """Returns the logits; past the budget only of what closes the thoughts."""
        closing = self._closing()
        beyond = self._thoughts.count - self._most_tokens
        if not closing or not 0 <= beyond < len(closing):
            return logits
        forced = mx.full(logits.shape, float("-inf"), dtype=logits.dtype)
        forced[..., closing[beyond]] = 0
        return forced

    def take(self, token: Any) -> None:
        """Takes the answer's next token, for which it waits."""
        self._thoughts.take(int(token.item()))

    def go_back(self, count: int) -> None:
        """Forgets the last tokens."""
        self._thoughts.go_back(count)

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        """Returns no more of the proposal than the budget has left while the model thinks."""
        if not self._thoughts.closing_tag:
            return proposal
        return proposal[: max(0, self._most_tokens - self._thoughts.count)]

    def _closing(self) -> list[int]:
        """Returns the tokens that close the thoughts; none where the model is not thinking."""
        if not self._thoughts.closing_tag:
            return []
        text = f"\n{self._thoughts.closing_tag}"
        return list(self._tokenizer.encode(text, add_special_tokens=False))
