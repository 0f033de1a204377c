"""The KV of one run of tokens, and how branches that begin alike hold the beginning once.

The branch that is computed on is whole: attention reads one buffer per layer. Others can rest on
it: they keep what follows the tokens that both begin with, and read these from there. A branch
that others rest on changes only behind what they share with it, and lives as long as they do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .layout import KvLayer, Parts, append_parts, layer_capacity, layer_parts
from .prefix import ImageSpan, TokenRun, spans_within


@dataclass(eq=False)
class Branch:
    """The KV of one run of tokens; `tokens` always names exactly what it holds."""

    layers: list[KvLayer]
    """What it holds itself: all that follows the first `shared` tokens."""
    tokens: list[int] = field(default_factory=list)
    spans: list[ImageSpan] = field(default_factory=list)
    owner: int = 0
    """The conversation that it belongs to; 0 for none yet."""
    draft_start: int | None = None
    """Tokens before a question that is still being typed; None without one."""
    trunk: "Branch | None" = None
    """The branch that it rests on; None where it is whole."""
    shared: int = 0
    """Tokens whose KV the trunk holds for it."""
    variant: str = ""
    """Of the runs that it can hold: see `TokenRun`."""

    @property
    def run(self) -> TokenRun:
        """What the branch holds."""
        return TokenRun(self.tokens, self.spans, self.variant)

    @property
    def nbytes(self) -> int:
        """Memory that its own layers hold, room for growth included."""
        return sum(layer.nbytes for layer in self.layers if not layer.empty())

    @property
    def capacity(self) -> int:
        """Tokens that it can hold without other buffers."""
        return self.shared + min(map(layer_capacity, self.layers))

    def parts(self, layer: int, start: int, stop: int) -> list[Parts]:
        """Returns a layer's arrays of some tokens, piece by piece along the trunks."""
        pieces = []
        if self.trunk is not None and start < self.shared:
            pieces = self.trunk.parts(layer, start, min(stop, self.shared))
        start = max(start, self.shared)
        if start < stop:
            own = layer_parts(self.layers[layer], start - self.shared, stop - self.shared)
            pieces.append(own)
        return pieces

    def extend(self, tokens: Sequence[int], spans: Sequence[ImageSpan] = ()) -> None:
        """Notes tokens whose KV has been computed, and the pictures that start among them."""
        self.tokens.extend(tokens)
        known = len(self.spans)
        self.spans.extend(spans_within(spans, len(self.tokens))[known:])

    def trim(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens."""
        self.shared = min(self.shared, length)
        for layer in self.layers:
            layer.trim(layer.offset - (length - self.shared))
        del self.tokens[length:]
        self.spans = spans_within(self.spans, length)

    def fork(
        self, length: int, layers: list[KvLayer], owner: int = 0, capacity: int = 0
    ) -> "Branch":
        """Returns a whole copy of the first `length` tokens; this branch stays as it is.

        Args:
            length: tokens to copy.
            layers: empty ones to fill.
            owner: of the copy.
            capacity: tokens that there shall be room for; 0 for no more than these.
        """
        self._copy(0, length, layers, capacity)
        return self._first(length, layers, owner)

    def split(self, length: int, layers: list[KvLayer], owner: int = 0) -> "Branch":
        """Returns a whole branch of the first `length` tokens, on which this one rests then.

        It takes over the buffers, so that only the rest is copied.

        Args:
            length: tokens that both begin with; this branch is whole.
            layers: empty ones, for the rest.
            owner: of the new branch.
        """
        whole = self._first(length, self.layers, owner)
        self._copy(length, len(self.tokens), layers)
        self.layers, self.trunk, self.shared = layers, whole, length
        for layer in whole.layers:
            layer.trim(layer.offset - length)
        return whole

    def shrink(self, length: int, layers: list[KvLayer]) -> None:
        """Cuts the branch back as `trim` does and frees the memory of what is cut off."""
        self._copy(min(self.shared, length), length, layers)
        self.layers = layers
        self.trim(length)

    def rest_on(self, trunk: "Branch", length: int, layers: list[KvLayer]) -> None:
        """Keeps only what follows the first `length` tokens, which another branch holds too.

        Args:
            trunk: the other one; rests on nothing that rests on this one.
            length: of what both begin with.
            layers: empty ones to fill.
        """
        if length != self.shared:
            self._copy(length, len(self.tokens), layers)
            self.layers, self.shared = layers, length
        self.trunk = trunk

    def join(self, layers: list[KvLayer], capacity: int) -> None:
        """Makes the branch whole, in empty layers that get room for `capacity` tokens."""
        if self.trunk is not None:
            self._copy(0, len(self.tokens), layers, capacity)
            self.layers, self.trunk, self.shared = layers, None, 0

    def arrays(self) -> list[Any]:
        """Returns the arrays of all layers, for evaluation."""
        return [layer.state for layer in self.layers]

    def _first(self, length: int, layers: list[KvLayer], owner: int) -> "Branch":
        spans = spans_within(self.spans, length)
        return Branch(layers, self.tokens[:length], spans, owner, variant=self.variant)

    def _copy(self, start: int, stop: int, layers: list[KvLayer], capacity: int = 0) -> None:
        if start < stop:
            for index, copy in enumerate(layers):
                append_parts(copy, self.parts(index, start, stop), capacity)


def with_trunks(branches: Iterable[Branch]) -> set[Branch]:
    """Returns the branches and all that they rest on, each once."""
    found: set[Branch] = set()
    for branch in branches:
        held: Branch | None = branch
        while held is not None and held not in found:
            found.add(held)
            held = held.trunk
    return found
