"""What changes logits before a token is chosen from them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any


class LogitsRule(ABC):
    """Changes logits by the tokens of the answer so far, of which it is told one by one.

    Where several tokens are computed in one pass, the rule is asked about the logits behind each
    of them before it is known whether the model would have chosen them: it is told of one after
    the other, and then to go back to the last that was accepted.
    """

    @abstractmethod
    def apply(self, logits: Any) -> Any:
        """Returns the logits of the token that follows those taken so far.

        Args:
            logits: shape (1, vocabulary), not evaluated; the array stays as it is.
        """

    @abstractmethod
    def take(self, token: Any) -> None:
        """Takes the answer's next token.

        Args:
            token: shape (1,). It may still be computed, together with what was begun before it: a
                rule that needs its value waits for it with `token.item()`, one that does not keeps
                the next pass from waiting too.
        """

    @abstractmethod
    def go_back(self, count: int) -> None:
        """Forgets the last `count` tokens taken: the answer goes on without them."""

    def fit(self, proposal: Sequence[int]) -> Sequence[int]:
        """Returns as much of the proposal as may follow the tokens taken so far; by default all.

        Args:
            proposal: tokens that are likely to follow. Only what is returned is ever taken.
        """
        return proposal
