"""Branches in memory, the one that is computed on among them, and what all of them take.

What several begin with is held once, and counted once.
"""

from collections.abc import Callable, Sequence

from ..stop_signal import never
from .branch import Branch, held_bytes
from .layout import KvLayout
from .prefix import TokenRun, common_length, first_part
from .sharing import share, shrink_trunks, take


class HeldBranches:
    """At most one branch is in use; all others rest, and nothing changes them but what is here."""

    def __init__(self, layout: KvLayout) -> None:
        """Holds none yet.

        Args:
            layout: of the model.
        """
        self._layout = layout
        self.resting: Sequence[Branch] = ()
        """All branches but the one in use, least recently used first."""
        self.in_use: Branch | None = None
        """The branch that is computed on; None between answers."""
        self._promised_bytes = 0
        """Memory that the tokens of the one in use take at last."""
        self.nbytes = 0
        """Memory of all branches, with all that is promised; may be read by any thread."""

    @property
    def evictable_bytes(self) -> int:
        """Memory of all branches but the one in use."""
        in_use_bytes = held_bytes([self.in_use]) if self.in_use else 0
        return self.nbytes - in_use_bytes - self._outstanding_bytes

    def take(self, wanted: TokenRun, owner: int, capacity: int) -> Branch:
        """Returns the branch that is in use from now on, with what is held of a prompt.

        Args:
            wanted: the prompt.
            owner: the conversation that the branch belongs to; 0 for none yet.
            capacity: tokens that are promised to it.
        """
        branches = list(self.resting)
        self.in_use = take(branches, wanted, owner, capacity, self._layout)
        self.resting = branches
        self._promised_bytes = self._layout.nbytes(capacity)
        return self.in_use

    def promise(self, capacity: int) -> None:
        """Counts the branch in use as one with room for `capacity` tokens."""
        self._promised_bytes = self._layout.nbytes(capacity)

    def put_back(self, *, is_kept: bool) -> None:
        """Ends the use of a branch: it rests as the one used last, or is freed."""
        # What others rest on in a branch that is lost stands before all that has changed in it.
        if is_kept and self.in_use:
            self.resting = [*self.resting, self.in_use]
        self.in_use, self._promised_bytes = None, 0
        self.count()

    def keep(self, branches: Sequence[Branch]) -> None:
        """Frees all other resting branches, but for what these rest on."""
        self.resting = branches
        shrink_trunks(branches, self.in_use)
        self.count()

    def share(self, whole: Branch, is_wanted: Callable[[], bool] = never) -> bool:
        """Frees what branches hold twice, where one of them can have it for the others.

        Args:
            whole: that one.
            is_wanted: asked before each copy whether the thread has something better to do.

        Returns:
            False where it was interrupted.
        """
        is_done = share(self.resting, whole, is_wanted)
        self.keep(self.resting)
        return is_done

    def touch(self, run: TokenRun) -> bool:
        """Whether a prompt could go on from all of the run; if so its branch counts as used."""
        for branch in self.resting:
            if _holds(branch, run):
                self.resting = [*(it for it in self.resting if it is not branch), branch]
                return True
        return False

    def truncate(self, branch: Branch, length: int) -> None:
        """Frees what a branch holds past `length`, and all of it if another one has the rest.

        Where it can't be cut back so far, it is cut back further. Nothing happens where the branch
        does not rest here.
        """
        others = [other for other in self.resting if other is not branch]
        if len(others) == len(self.resting) or len(branch.tokens) <= length:
            return
        length = branch.usable_length(length)
        kept = first_part(branch.run, length)
        if length == 0 or any(_holds(other, kept) for other in others):
            self.keep(others)
        else:
            branch.shrink(length)
            self.count()

    def count(self) -> None:
        """Counts the memory anew, after a branch has changed."""
        in_use = [self.in_use] if self.in_use else []
        self.nbytes = held_bytes([*self.resting, *in_use]) + self._outstanding_bytes

    @property
    def _outstanding_bytes(self) -> int:
        """Memory that the branch in use may still take for its tokens."""
        own_bytes = self.in_use.nbytes if self.in_use else 0
        return max(0, self._promised_bytes - own_bytes)


def _holds(branch: Branch, run: TokenRun) -> bool:
    """Whether a prompt could go on from all of the run."""
    return branch.usable_length(common_length(branch.run, run)) == len(run)
