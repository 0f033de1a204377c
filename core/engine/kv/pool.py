"""KV caches that stay resident: several conversations and branches under one byte budget.

Between answers, what branches have in common is held once: they rest on the one used last. What
the budget does not hold is spilled to disk, the least recently used first, and comes back when its
conversation goes on.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ...errors import ImageError, OutOfMemory
from ...private_ids import is_private
from ..engine import ROWS
from ..memory import out_of_memory
from ..stop_signal import never
from .branch import Branch
from .held import HeldBranches
from .layout import KvLayout
from .prefix import TokenRun
from .spill import Spills

SPARE_TOKENS: Final = 256
"""Room behind a prompt for an answer and the next question, and by how much that grows."""

_MOST_ROWS: Final = 4
"""Branches of rows of rolls that are kept, so that a long roll evicts no conversation."""

_SNAPSHOTS_SHARE: Final = 4
"""One branch's snapshots take at most this part of the limit."""


def _is_written(branch: Branch) -> bool:
    """Whether a branch comes on the disk when it is evicted."""
    return branch.owner > 0 and not is_private(branch.owner)


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
        spare_tokens: int = SPARE_TOKENS,
    ) -> None:
        """Makes an empty pool.

        Args:
            layout: of the model.
            limit_bytes: most memory while an answer is computed, its own KV included.
            budget_bytes: most memory between answers; None for half of the limit.
            spills: where branches go that are evicted; None to drop them.
            spare_tokens: room that a branch gets behind its prompt, and by which it grows.
        """
        self.layout = layout
        """Of the model."""
        self.limit_bytes = limit_bytes
        """Most memory while an answer is computed, its own KV included."""
        self._budget_bytes = limit_bytes // 2 if budget_bytes is None else budget_bytes
        self._spare_tokens = spare_tokens
        self.spills = spills if layout.is_kept else None
        """Where evicted branches go; None where they are dropped."""
        self._held = HeldBranches(layout)

    @property
    def token_bytes(self) -> int:
        """Memory of one token's KV."""
        return self.layout.token_bytes

    @property
    def token_limit_bytes(self) -> int:
        """Most memory of one branch, with what snapshots may take left out."""
        share = 0 if self.layout.is_trimmable else self.limit_bytes // _SNAPSHOTS_SHARE
        return self.limit_bytes - share

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All branches but the one in use, least recently used first."""
        return tuple(self._held.resting)

    @property
    def nbytes(self) -> int:
        """Memory of all branches, the one in use included; may be read by any thread."""
        return self._held.nbytes

    @property
    def evictable_bytes(self) -> int:
        """Memory of all branches but the one in use."""
        return self._held.evictable_bytes

    @contextmanager
    def acquire(
        self,
        wanted: TokenRun,
        room: int,
        *,
        owner: int = 0,
        is_stopped: Callable[[], bool] = never,
    ) -> Iterator[Branch]:
        """Gives a branch that holds the longest reusable prefix of `wanted` and nothing else.

        It is kept for later turns when the block ends, and lost when the block raises, unless
        that was for a picture or for want of memory. `shrink_to_budget` brings the pool back under
        its budget.

        Args:
            wanted: the prompt, which the branch has room for.
            room: tokens that the branch will be extended by after the prompt, at least.
            owner: the conversation that the branch belongs to from now on; 0 for none yet.
            is_stopped: whether the branch is not wanted any more: making room and reading spills
                end early, and the branch may lack the room.

        Raises:
            OutOfMemory: prompt and room don't fit beside the model, even alone.
        """
        capacity = self._capacity(len(wanted), room)
        branch = self._held.take(wanted, owner, capacity)
        is_whole = False
        try:
            self._make_room(is_stopped)
            if self.spills:
                self.spills.restore(branch, wanted, capacity, is_stopped)
            if branch.capacity < len(wanted) and not is_stopped():
                self.layout.reserve(branch.layers, capacity)
            yield branch
            is_whole = True
        except (ImageError, OutOfMemory):
            # Both come between two chunks, when all layers hold the same.
            is_whole = True
            raise
        finally:
            self._put_back(branch, is_whole)

    def reserve(self, branch: Branch, length: int) -> bool:
        """Gives the branch in use room for `length` tokens; others are evicted for it.

        Returns:
            False where even alone it would exceed the limit: it has no more room then.
        """
        if length <= branch.capacity:
            return True
        if length > self._limit_tokens:
            return False
        capacity = min(length - 1 + self._spare_tokens, self._limit_tokens)
        self._held.promise(capacity)
        self._make_room()
        self.layout.reserve(branch.layers, capacity)
        return True

    def keep_state(self, branch: Branch) -> None:
        """Copies the states of the branch in use, so that a later prompt can go on from here."""
        if self.layout.is_kept and not self.layout.is_trimmable:
            branch.keep_state(self.limit_bytes - self.token_limit_bytes)
            self._make_room()

    def touch(self, run: TokenRun) -> bool:
        """Whether a prompt could go on from all of the run; if so its branch counts as used."""
        return self._held.touch(run)

    def truncate(self, branch: Branch, length: int) -> None:
        """Frees what a branch holds past `length`, and all of it if another one has the rest.

        Where it can't be cut back so far, it is cut back further. Nothing happens where the pool
        does not hold the branch any more.
        """
        self._held.truncate(branch, length)

    def shrink_to_budget(self, is_wanted: Callable[[], bool] = never) -> bool:
        """Frees what branches hold twice, then evicts the least recently used over the budget.

        The one used last stays.

        Args:
            is_wanted: asked again and again whether the thread has something better to do.

        Returns:
            False where it was interrupted: the rest is left to the next call.
        """
        held = self._held
        if held.resting and not held.share(held.resting[-1], is_wanted):
            return False
        while len(held.resting) > 1 and held.nbytes > self._budget_bytes:
            if not self._evict(is_wanted):
                return False
        return True

    def free(self, nbytes: int) -> None:
        """Evicts the least recently used branches until `nbytes` are free or none is left."""
        goal = self.nbytes - nbytes
        while self._held.resting and self.nbytes > goal:
            self._evict()

    def spill_all(self, is_late: Callable[[], bool] = never) -> None:
        """Writes every branch to disk, the most recently used first; all stay in memory too.

        Args:
            is_late: asked before each block whether the time for it is over.
        """
        if self.spills:
            branches = [branch for branch in reversed(self._held.resting) if _is_written(branch)]
            self.spills.write_all(branches, is_late)

    def drop_conversation(self, conversation: int) -> bool:
        """Frees the branches of a conversation and deletes its spills.

        Returns:
            False where one of its branches is in use: that one stays.
        """
        held = self._held
        held.keep([branch for branch in held.resting if branch.owner != conversation])
        if self.spills:
            self.spills.remove_conversation(conversation)
        return held.in_use is None or held.in_use.owner != conversation

    def keep_only(self, conversations: frozenset[int]) -> None:
        """Frees the branches of all other conversations and deletes their spills."""
        known = conversations | {0}
        self._held.keep([branch for branch in self._held.resting if branch.owner in known])
        if self.spills:
            self.spills.keep_only(conversations)

    def clear(self) -> None:
        """Frees every branch; what was spilled stays."""
        self._held.keep([])

    def _capacity(self, prompt: int, room: int) -> int:
        """Returns how many tokens a branch gets room for; raises where that is too little."""
        needed_bytes = self.layout.nbytes(prompt + room)
        if needed_bytes > self.token_limit_bytes:
            raise out_of_memory(needed_bytes, self.token_limit_bytes)
        return min(prompt + max(room, self._spare_tokens), self._limit_tokens)

    @property
    def _limit_tokens(self) -> int:
        spare_bytes = self.token_limit_bytes - self.layout.state_bytes
        return spare_bytes // self.token_bytes if self.token_bytes else sys.maxsize

    def _put_back(self, branch: Branch, is_whole: bool) -> None:
        is_kept = is_whole and bool(branch.tokens) and self.layout.is_kept
        self._held.put_back(is_kept=is_kept)
        old_rows = [it for it in self._held.resting if it.owner == ROWS][:-_MOST_ROWS]
        if old_rows:
            self._held.keep([it for it in self._held.resting if it not in old_rows])

    def _make_room(self, is_stopped: Callable[[], bool] = never) -> None:
        """Evicts others until the pool is within its limit, or the work was stopped."""
        held = self._held
        held.count()
        if held.in_use and held.nbytes > self.limit_bytes:
            held.share(held.in_use)
        while held.resting and held.nbytes > self.limit_bytes:
            if not self._evict(is_stopped):
                return

    def _evict(self, is_wanted: Callable[[], bool] = never) -> bool:
        """Frees the least recently used branch, once it is on disk; False where interrupted.

        What belongs to no conversation is not written, be it a row or never sent; nor are drafts,
        nor private conversations.
        """
        oldest, *others = self._held.resting
        spills = self.spills if _is_written(oldest) else None
        if spills and not spills.write(oldest, oldest.draft_start, is_wanted):
            return False
        self._held.keep(others)
        return True
