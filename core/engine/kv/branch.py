"""The KV of one run of tokens, and how branches that begin alike hold the beginning once.

The branch that is computed on is whole: attention reads one buffer per layer. Others can rest on
it: they keep what follows the tokens that both begin with, and read these from there. A branch
that others rest on changes only behind what they share with it, and lives as long as they do.

Where a model has states, a branch can only be cut back to where one was copied, or stay as it is:
`usable_length` says how far a prompt can go on from it.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..mlx_vlm_names import cache_nbytes
from .layers import KvLayer, Parts, append_parts, layer_arrays, layer_capacity, layer_parts
from .layout import KvLayout
from .prefix import ImageSpan, TokenRun, spans_within
from .snapshot import Snapshot, restore_snapshot, state_arrays, take_snapshot

_MOST_SNAPSHOTS: Final = 8
"""Of one branch: those of the last turns, and of some before."""


@dataclass(eq=False)
class Branch:
    """The KV of one run of tokens; `tokens` always names exactly what it holds."""

    layout: KvLayout
    """Of the model."""
    layers: list[Any]
    """What it holds itself: of tokens all that follows the first `shared`."""
    tokens: list[int] = field(default_factory=list)
    spans: list[ImageSpan] = field(default_factory=list)
    owner: int = 0
    """The conversation that it belongs to; 0 for none yet, `ROWS` for all rows of rolls."""
    draft_start: int | None = None
    """Tokens before a question that is still being typed; None without one."""
    trunk: "Branch | None" = None
    """The branch that it rests on; None where it is whole."""
    shared: int = 0
    """Tokens whose KV the trunk holds for it."""
    snapshots: list[Snapshot] = field(default_factory=list)
    """Where it can be cut back to besides its end, shortest first; others may hold them too."""
    variant: str = ""
    """Of the runs that it can hold: see `TokenRun`."""
    caches: list[KvLayer] = field(init=False)
    """Those among `layers` that can be cut to any token."""

    def __post_init__(self) -> None:
        self._use(self.layers)

    @property
    def run(self) -> TokenRun:
        """What the branch holds."""
        return TokenRun(self.tokens, self.spans, self.variant)

    @property
    def nbytes(self) -> int:
        """Memory that its own layers hold, room for growth included; snapshots come on top."""
        arrays = [array for cache in self.caches for array in layer_arrays(cache)]
        states = self.layout.state_caches(self.layers)
        return sum(int(it.nbytes) for it in arrays) + sum(int(cache_nbytes(it)) for it in states)

    @property
    def capacity(self) -> int:
        """Tokens that it can hold without other buffers."""
        return self.shared + min(map(layer_capacity, self.caches), default=sys.maxsize)

    @property
    def stops(self) -> tuple[int, ...] | None:
        """Lengths to which it can be cut back, its own the last; None for any."""
        if self.layout.is_trimmable:
            return None
        return (*(it.length for it in self.snapshots), len(self.tokens))

    def usable_length(self, length: int) -> int:
        """Returns to which length of at most `length` tokens the branch can be cut back."""
        stops = self.stops
        if stops is None:
            return length
        return max((stop for stop in stops if stop <= length), default=0)

    def parts(self, index: int, start: int, stop: int) -> list[Parts]:
        """Returns some tokens' arrays, piece by piece along the trunks.

        Args:
            index: of one of `caches`.
            start: first token.
            stop: token after the last.
        """
        pieces = []
        if self.trunk is not None and start < self.shared:
            pieces = self.trunk.parts(index, start, min(stop, self.shared))
        start = max(start, self.shared)
        if start < stop:
            own = layer_parts(self.caches[index], start - self.shared, stop - self.shared)
            pieces.append(own)
        return pieces

    def extend(self, tokens: Sequence[int], spans: Sequence[ImageSpan] = ()) -> None:
        """Notes tokens whose KV has been computed, and the pictures that start among them."""
        self.tokens.extend(tokens)
        known = len(self.spans)
        self.spans.extend(spans_within(spans, len(self.tokens))[known:])

    def keep_state(self, most_bytes: int) -> None:
        """Copies the states that it has at its end, so that it can be cut back to here later.

        Where there are too many, the oldest is freed, but for the first, with which many prompts
        begin.

        Args:
            most_bytes: memory that its snapshots may take.
        """
        length = len(self.tokens)
        if self._snapshot(length) is None:
            self.snapshots.append(self._state_at(length))
        while (
            len(self.snapshots) > _MOST_SNAPSHOTS
            or sum(it.nbytes for it in self.snapshots) > most_bytes
        ):
            del self.snapshots[1 if len(self.snapshots) > 2 else 0]

    def states_within(self, length: int) -> list[Snapshot]:
        """Returns the states at up to `length` tokens, that at its end included."""
        kept = [it for it in self.snapshots if it.length <= length]
        is_end = length >= len(self.tokens) and self._snapshot(len(self.tokens)) is None
        if is_end and not self.layout.is_trimmable:
            kept.append(self._state_at(len(self.tokens)))
        return kept

    def trim(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens.

        Raises:
            ValueError: `usable_length` does not allow this length.
        """
        if length < len(self.tokens) and not self.layout.is_trimmable:
            snapshot = self._snapshot(length)
            if length and snapshot is None:
                raise ValueError(f"no state was copied after {length} tokens")
            self._go_back(snapshot)
        self.drop_tokens(length)

    def resume(self, snapshot: Snapshot) -> None:
        """Cuts the branch back to a snapshot from elsewhere, up to which it holds the KV."""
        self.snapshots = [it for it in self.snapshots if it.length < snapshot.length]
        self.snapshots.append(snapshot)
        self._go_back(snapshot)
        self.drop_tokens(snapshot.length)

    def drop_tokens(self, length: int) -> None:
        """Cuts off tokens' KV that has come behind the state which the branch has."""
        self.shared = min(self.shared, length)
        for cache in self.caches:
            cache.trim(cache.offset - (length - self.shared))
        del self.tokens[length:]
        self.spans = spans_within(self.spans, length)
        self.snapshots = [it for it in self.snapshots if it.length <= length]

    def fork(self, length: int, owner: int = 0, capacity: int = 0) -> "Branch":
        """Returns a whole copy of the first `length` tokens; this branch stays as it is.

        Args:
            length: tokens to copy, which `usable_length` allows.
            owner: of the copy.
            capacity: tokens that there shall be room for; 0 for no more than these.
        """
        layers = self._copy(0, length, capacity)
        self._copy_state(length, layers)
        spans = spans_within(self.spans, length)
        snapshots = [it for it in self.snapshots if it.length <= length]
        return Branch(
            self.layout,
            layers,
            self.tokens[:length],
            spans,
            owner,
            snapshots=snapshots,
            variant=self.variant,
        )

    def split(self, length: int, owner: int = 0) -> "Branch":
        """Returns a whole branch of the first `length` tokens, on which this one rests then.

        It takes over the buffers, so that only the rest is copied.

        Args:
            length: tokens that both begin with, which `usable_length` allows; this branch is whole.
            owner: of the new branch.
        """
        whole = Branch(
            self.layout,
            self.layers,
            list(self.tokens),
            self.spans,
            owner,
            snapshots=self.snapshots,
            variant=self.variant,
        )
        self.rest_on(whole, length)
        whole.trim(length)
        return whole

    def shrink(self, length: int) -> None:
        """Cuts the branch back as `trim` does and frees the memory of what is cut off.

        Where `usable_length` does not allow it, others may still rest on the branch, but nothing
        can go on from it.
        """
        layers = self._copy(min(self.shared, length), length)
        if self.usable_length(length) == length:
            self._copy_state(length, layers)
        self._use(layers)
        self.drop_tokens(length)

    def rest_on(self, trunk: "Branch", length: int) -> None:
        """Keeps only what follows the first `length` tokens, which another branch holds too.

        Args:
            trunk: the other one; rests on nothing that rests on this one.
            length: of what both begin with.
        """
        if length != self.shared:
            layers = self._copy(length, len(self.tokens))
            self._copy_state(len(self.tokens), layers)
            self._use(layers)
            self.shared = length
        self.trunk = trunk

    def join(self, capacity: int) -> None:
        """Makes the branch whole, with room for `capacity` tokens."""
        if self.trunk is not None:
            layers = self._copy(0, len(self.tokens), capacity)
            self._copy_state(len(self.tokens), layers)
            self._use(layers)
            self.trunk, self.shared = None, 0

    def arrays(self) -> list[Any]:
        """Returns the arrays of all layers, for evaluation."""
        states = state_arrays(self.layout.state_caches(self.layers))
        return [*(layer_arrays(cache) for cache in self.caches), states]

    def _use(self, layers: list[Any]) -> None:
        self.layers, self.caches = layers, self.layout.token_caches(layers)

    def _copy(self, start: int, stop: int, capacity: int = 0) -> list[Any]:
        """Returns new layers with some tokens and no state."""
        layers = self.layout.make_layers()
        if start < stop:
            for index, copy in enumerate(self.layout.token_caches(layers)):
                append_parts(copy, self.parts(index, start, stop), capacity)
        return layers

    def _copy_state(self, length: int, layers: list[Any]) -> None:
        """Gives empty layers the states that belong to the first `length` tokens."""
        if length and not self.layout.is_trimmable:
            restore_snapshot(self.layout.state_caches(layers), self._state_at(length))

    def _go_back(self, snapshot: Snapshot | None) -> None:
        """Takes the states of a snapshot, or none; the KV of all tokens stays."""
        layers = self.layout.make_layers()
        self.layout.move_tokens(self.layers, layers)
        if snapshot is not None:
            restore_snapshot(self.layout.state_caches(layers), snapshot)
        self._use(layers)

    def _snapshot(self, length: int) -> Snapshot | None:
        return next((it for it in self.snapshots if it.length == length), None)

    def _state_at(self, length: int) -> Snapshot:
        """Returns the states at a length that `usable_length` allows."""
        kept = self._snapshot(length)
        if kept is not None:
            return kept
        return take_snapshot(self.layout.state_caches(self.layers), length)


def held_bytes(branches: Iterable[Branch]) -> int:
    """Returns the memory of branches and all that they rest on, and of their snapshots."""
    held = with_trunks(branches)
    snapshots = {snapshot for branch in held for snapshot in branch.snapshots}
    return sum(it.nbytes for it in held) + sum(it.nbytes for it in snapshots)


def with_trunks(branches: Iterable[Branch]) -> set[Branch]:
    """Returns the branches and all that they rest on, each once."""
    found: set[Branch] = set()
    for branch in branches:
        held: Branch | None = branch
        while held is not None and held not in found:
            found.add(held)
            held = held.trunk
    return found
