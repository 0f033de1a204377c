"""KV caches that stay resident: several conversations and branches under one byte budget.

What the budget does not hold is spilled to disk, the least recently used first, and comes back
when its conversation goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from ..errors import ImageError
from .kv_layout import KvLayer, KvLayout, append_parts, is_full, layer_parts
from .memory import out_of_memory
from .prefix import ImageSpan, TokenRun, common_length, reusable_length, spans_within
from .spill import Spills

_COPY_SHARE: Final = 8
"""A branch is copied, and not cut back, where it would lose more than this part of what is shared.

So an edited early message keeps the branch before it, and a regenerated answer at the end of a
long conversation does not take its memory twice.
"""


@dataclass
class Branch:
    """The KV of one run of tokens; `tokens` always names exactly what the layers hold."""

    layers: list[KvLayer]
    tokens: list[int] = field(default_factory=list)
    spans: list[ImageSpan] = field(default_factory=list)
    owner: int = 0
    """The conversation that it belongs to; 0 for none yet."""
    draft_start: int | None = None
    """Tokens before a question that is still being typed; None without one."""

    @property
    def run(self) -> TokenRun:
        """What the branch holds."""
        return TokenRun(self.tokens, self.spans)

    @property
    def nbytes(self) -> int:
        """Memory that the layers hold, room for growth included."""
        return sum(layer.nbytes for layer in self.layers if not layer.empty())

    def reserve(self, length: int) -> None:
        """Makes room for a prompt of `length` tokens and some more, where there is too little.

        Left to themselves the layers grow step by step, and each step copies all that they hold.
        """
        for layer in self.layers:
            if is_full(layer, length):
                append_parts(layer, [], length)

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

    def fork(
        self, length: int, layers: list[KvLayer], owner: int = 0, prompt_tokens: int = 0
    ) -> "Branch":
        """Returns a copy of the first `length` tokens; this branch stays as it is.

        Args:
            length: tokens to copy.
            layers: empty ones to fill.
            owner: of the copy.
            prompt_tokens: how long a prompt there shall be room for; 0 for none.
        """
        for layer, copy in zip(self.layers, layers, strict=True):
            append_parts(copy, [layer_parts(layer, 0, length)], prompt_tokens)
        return Branch(layers, self.tokens[:length], spans_within(self.spans, length), owner)

    def shrink(self, length: int, layers: list[KvLayer]) -> None:
        """Cuts the branch back as `trim` does and frees the memory of what is cut off."""
        self.layers = self.fork(length, layers).layers
        self.trim(length)

    def arrays(self) -> list[Any]:
        """Returns the arrays of all layers, for evaluation."""
        return [layer.state for layer in self.layers]


class KvPool:
    """Branches that no answer is being computed on, least recently used first.

    A branch is taken out while it changes, and a turn that fails does not give it back: nothing in
    the pool is ever half computed.
    """

    def __init__(
        self,
        layout: KvLayout,
        limit_bytes: int,
        budget_bytes: int | None = None,
        spills: Spills | None = None,
    ) -> None:
        """Makes an empty pool.

        Args:
            layout: of the model.
            limit_bytes: most memory while an answer is computed, its own KV included.
            budget_bytes: most memory between answers; None for half of the limit.
            spills: where branches go that are evicted; None to drop them.
        """
        self._layout = layout
        self._limit_bytes = limit_bytes
        self._budget_bytes = limit_bytes // 2 if budget_bytes is None else budget_bytes
        self._spills = spills
        self._branches: list[Branch] = []
        self.nbytes = 0
        """Memory of all branches, the one lent included; may be read by any thread."""

    @property
    def token_bytes(self) -> int:
        """Memory of one token's KV."""
        return self._layout.token_bytes

    @contextmanager
    def lend(self, wanted: TokenRun, room: int, *, owner: int = 0) -> Iterator[Branch]:
        """Gives a branch that holds the longest reusable prefix of `wanted` and nothing else.

        It is kept for later turns when the block ends, and lost when the block raises, unless
        that was for a picture's file. `settle` brings the pool back under its budget.

        Args:
            wanted: the prompt.
            room: tokens that the branch will be extended by after the prompt.
            owner: the conversation that the branch belongs to from now on; 0 for none yet.

        Raises:
            OutOfMemory: prompt and room don't fit beside the model, even alone.
        """
        needed_bytes = self.token_bytes * (len(wanted) + room)
        if needed_bytes > self._limit_bytes:
            raise out_of_memory(needed_bytes, self._limit_bytes)
        branch = self._take(wanted, owner)
        self._make_room(needed_bytes)
        if self._spills:
            self._spills.restore(branch, wanted)
        try:
            yield branch
        except ImageError:
            # A file is read between two chunks, when all layers hold the same.
            self._take_back(branch)
            raise
        except BaseException:
            self._count()
            raise
        self._take_back(branch)

    def touch(self, run: TokenRun) -> bool:
        """Whether a branch holds all of the run; if so it counts as used."""
        for index, branch in enumerate(self._branches):
            if common_length(branch.run, run) == len(run):
                self._branches.append(self._branches.pop(index))
                return True
        return False

    def cut(self, branch: Branch, length: int) -> None:
        """Frees what a branch holds past `length`, and all of it if another one has the rest.

        Nothing happens where the pool does not hold the branch any more.
        """
        others = [other for other in self._branches if other is not branch]
        if len(others) == len(self._branches) or len(branch.tokens) <= length:
            return
        kept = TokenRun(branch.tokens[:length], spans_within(branch.spans, length))
        if length == 0 or any(common_length(other.run, kept) == length for other in others):
            self._branches = others
        else:
            branch.shrink(length, self._layout.make_layers())
        self._count()

    def settle(self, is_wanted: Callable[[], bool] = lambda: False) -> None:
        """Spills the least recently used branches until the budget holds; the last user's stays.

        Args:
            is_wanted: asked again and again whether the thread has something better to do; the
                rest is then left to the next call.
        """
        while len(self._branches) > 1 and self.nbytes > self._budget_bytes:
            if not self._spill(self._branches[0], is_wanted):
                return
            del self._branches[0]
            self._count()

    def spill_all(self) -> None:
        """Writes every branch to disk, the most recently used last; all stay in memory too."""
        for branch in self._branches:
            self._spill(branch)

    def forget(self, conversation: int) -> None:
        """Frees the branches of a conversation and deletes its spills."""
        self._branches = [branch for branch in self._branches if branch.owner != conversation]
        self._count()
        if self._spills:
            self._spills.forget(conversation)

    def clear(self) -> None:
        """Frees every branch; what was spilled stays."""
        self._branches.clear()
        self._count()

    def _take_back(self, branch: Branch) -> None:
        if branch.tokens:
            self._branches.append(branch)
        self._count()

    def _take(self, wanted: TokenRun, owner: int) -> Branch:
        """Returns a branch with what memory holds of the prompt."""
        lengths = [reusable_length(branch.run, wanted) for branch in self._branches]
        length = max(lengths, default=0)
        if length == 0:
            return Branch(self._layout.make_layers(), owner=owner)
        # Of several equally good ones the own, else the most recent, which stands last.
        index = max(
            range(len(lengths)),
            key=lambda index: (lengths[index], self._branches[index].owner in (0, owner), index),
        )
        best = self._branches[index]
        loses_much = len(best.tokens) - length > length // _COPY_SHARE
        if loses_much or best.owner not in (0, owner):
            return best.fork(length, self._layout.make_layers(), owner, len(wanted))
        del self._branches[index]
        best.trim(length)
        best.owner, best.draft_start = owner, None
        return best

    def _make_room(self, lent_bytes: int) -> None:
        self._count(lent_bytes)
        while self._branches and self.nbytes > self._limit_bytes:
            self._spill(self._branches[0])
            del self._branches[0]
            self._count(lent_bytes)

    def _spill(self, branch: Branch, is_wanted: Callable[[], bool] = lambda: False) -> bool:
        """Returns whether the branch needs no more writing; False where it was interrupted.

        What belongs to no conversation was never sent and is not kept, and so are drafts.
        """
        if self._spills is None or branch.owner == 0:
            return True
        return self._spills.write(branch, branch.draft_start, is_wanted)

    def _count(self, lent_bytes: int = 0) -> None:
        self.nbytes = lent_bytes + sum(branch.nbytes for branch in self._branches)
