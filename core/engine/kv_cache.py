"""KV caches that stay resident: several conversations and branches under one byte budget."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import mlx.core as mx
from mlx_vlm.models.cache import KVCache

from .memory import out_of_memory
from .prefix import ImageSpan, TokenRun, reusable_length, spans_within

_COPY_SHARE: Final = 8
"""A branch is copied, and not cut back, where it would lose more than this part of what is shared.

So an edited early message keeps the branch before it, and a regenerated answer at the end of a
long conversation does not take its memory twice.
"""


@dataclass
class Branch:
    """The KV of one run of tokens; `tokens` always names exactly what the layers hold."""

    layers: list[KVCache]
    tokens: list[int] = field(default_factory=list)
    spans: list[ImageSpan] = field(default_factory=list)

    @property
    def run(self) -> TokenRun:
        """What the branch holds."""
        return TokenRun(self.tokens, self.spans)

    @property
    def nbytes(self) -> int:
        """Memory that the layers hold, room for growth included."""
        return sum(
            layer.keys.nbytes + layer.values.nbytes
            for layer in self.layers
            if layer.keys is not None
        )

    def extend(self, tokens: Sequence[int], spans: Sequence[ImageSpan] = ()) -> None:
        """Notes tokens whose KV has been computed, and the pictures that start among them."""
        self.tokens.extend(tokens)
        known = len(self.spans)
        self.spans.extend(spans_within(spans, len(self.tokens))[known:])

    def trim(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens."""
        for layer in self.layers:
            layer.trim(layer.offset - length)
        del self.tokens[length:]
        self.spans = spans_within(self.spans, length)

    def fork(self, length: int) -> "Branch":
        """Returns a copy of the first `length` tokens; this branch stays as it is."""
        copies = []
        for layer in self.layers:
            copy = KVCache()
            copy.state = tuple(mx.contiguous(array[..., :length, :]) for array in layer.state)
            copies.append(copy)
        mx.eval([copy.state for copy in copies])
        return Branch(copies, self.tokens[:length], spans_within(self.spans, length))

    def arrays(self) -> list[Any]:
        """Returns the arrays of all layers, for evaluation."""
        return [layer.state for layer in self.layers]


class KvPool:
    """Branches that no answer is being computed on, least recently used first.

    A branch is taken out while it changes, and a turn that fails does not give it back: nothing in
    the pool is ever half computed.
    """

    def __init__(self, layer_count: int, token_bytes: int, limit_bytes: int) -> None:
        self._layer_count = layer_count
        self._token_bytes = token_bytes
        self._limit_bytes = limit_bytes
        self._budget_bytes = limit_bytes // 2
        self._branches: list[Branch] = []
        self.nbytes = 0
        """Memory of all branches, the one lent included; may be read by any thread."""

    @contextmanager
    def lend(self, wanted: TokenRun, room: int) -> Iterator[Branch]:
        """Gives a branch that holds the longest reusable prefix of `wanted` and nothing else.

        It is kept for later turns when the block ends, and lost when the block raises.

        Args:
            wanted: the prompt.
            room: tokens that the branch will be extended by after the prompt.

        Raises:
            OutOfMemory: prompt and room don't fit beside the model, even alone.
        """
        needed_bytes = self._token_bytes * (len(wanted) + room)
        if needed_bytes > self._limit_bytes:
            raise out_of_memory(needed_bytes, self._limit_bytes)
        branch = self._reuse(wanted)
        self._evict(needed_bytes)
        try:
            yield branch
        except BaseException:
            self._evict(0)
            raise
        if branch.tokens:
            self._branches.append(branch)
        self._evict(0)

    def clear(self) -> None:
        """Frees every branch."""
        self._branches.clear()
        self.nbytes = 0

    def _reuse(self, wanted: TokenRun) -> Branch:
        lengths = [reusable_length(branch.run, wanted) for branch in self._branches]
        length = max(lengths, default=0)
        if length == 0:
            return Branch([KVCache() for _ in range(self._layer_count)])
        # Of several equally good ones the most recent, which stands last.
        index = max(range(len(lengths)), key=lambda index: (lengths[index], index))
        best = self._branches[index]
        if len(best.tokens) - length > length // _COPY_SHARE:
            return best.fork(length)
        del self._branches[index]
        best.trim(length)
        return best

    def _evict(self, lent_bytes: int) -> None:
        """Drops the least recently used branches until the budget holds; the last user's stays."""
        sizes = [branch.nbytes for branch in self._branches]
        while len(sizes) > (not lent_bytes) and sum(sizes) + lent_bytes > self._budget_bytes:
            del self._branches[0], sizes[0]
        self.nbytes = sum(sizes) + lent_bytes
