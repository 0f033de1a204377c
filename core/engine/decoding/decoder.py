"""Computes an answer's tokens, each next one while one is told. Runs on the MLX thread."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

import mlx.core as mx

from ..kv.branch import Branch
from ..kv.pool import KvPool
from ..language import LanguageModel
from ..positions import next_position
from .chooser import Chooser

_CACHE_CLEARING_TOKENS: Final = 256
"""Freed buffers go back to the system this often in an answer, as in mlx-vlm."""


@dataclass
class Decoder:
    """The tokens of one answer."""

    language: LanguageModel
    pool: KvPool
    branch: Branch
    """Holds the prompt, and then what of the answer has been computed."""
    chooser: Chooser
    limit: int
    """Most tokens of the answer."""
    is_memory_full: bool = False
    """Whether the answer ended because its KV fills the memory."""

    def tokens(self, logits: Any) -> Generator[int]:
        """Yields the answer's tokens, without end as far as the limit and the memory allow.

        The first is yielded at once, with nothing after it begun. A token that has been yielded
        stands in the branch, except the first until the next one is asked for, and the last of a
        full answer.

        Args:
            logits: after the prompt, shape (1, vocabulary).
        """
        position = next_position(self.branch.spans, len(self.branch.tokens))
        token = self.chooser.choose(logits)
        yield int(token.item())
        for index in range(self.limit):
            following = None
            is_last = index + 1 == self.limit or not self._has_room()
            if not is_last:
                following = self._step(token, position + index)
            value = int(token.item())
            if not is_last:
                self.branch.extend([value])
            if index % _CACHE_CLEARING_TOKENS == 0:
                mx.clear_cache()
            if index > 0:
                yield value
            if is_last:
                return
            token = following

    def _step(self, token: Any, position: int) -> Any:
        """Returns the token that follows, which is being computed."""
        logits = self.language.step(token, position, self.branch.layers)
        self.chooser.take(token)
        following = self.chooser.choose(logits)
        mx.async_eval(following)  # type: ignore[no-untyped-call]
        return following

    def _has_room(self) -> bool:
        """Whether the memory holds one more token's KV."""
        has_room = self.pool.reserve(self.branch, len(self.branch.tokens) + 1)
        self.is_memory_full = not has_room
        return has_room
