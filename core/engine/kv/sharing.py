"""What branches have in common: which one a prompt goes on from, and who holds the beginning."""

from collections.abc import Callable, Sequence
from typing import Final

from .branch import Branch, with_trunks
from .layout import KvLayout
from .prefix import TokenRun, common_length, reusable_length

_COPY_SHARE: Final = 8
"""A branch is copied, and not cut back, where it would lose more than this part of what is shared.

So an edited early message keeps the branch before it, and a regenerated answer at the end of a
long conversation does not take its memory twice.
"""

_LEAST_SHARE: Final = 8
"""A branch rests on another that begins with at least this part of it.

Less memory than that is not worth the copy of all the rest that its next turn begins with.
"""


def take(
    branches: list[Branch], wanted: TokenRun, owner: int, capacity: int, layout: KvLayout
) -> Branch:
    """Returns a whole branch with what the branches hold of a prompt, one of them or a copy.

    Args:
        branches: least recently used first; the one that is returned is removed.
        wanted: the prompt.
        owner: the conversation that the branch belongs to from now on; 0 for none yet.
        capacity: tokens that a copy gets room for.
        layout: of the model.
    """
    lengths = [branch.usable_length(reusable_length(branch.run, wanted)) for branch in branches]
    length = max(lengths, default=0)
    if length == 0:
        return Branch(layout, layout.make_layers(), owner=owner, variant=wanted.variant)
    # Of several equally good ones the own, else the most recent, which stands last.
    index = max(
        range(len(lengths)),
        key=lambda index: (lengths[index], branches[index].owner in (0, owner), index),
    )
    best = branches[index]
    loses_much = len(best.tokens) - length > length // _COPY_SHARE
    if loses_much or best.owner not in (0, owner):
        if best.trunk is None and len(best.tokens) - length <= length:
            return best.split(length, owner)
        return best.fork(length, owner, capacity)
    del branches[index]
    for branch in _resting_on(branches, best):
        if branch.shared > length:
            branch.rest_on(best, length)
    best.trim(length)
    best.join(capacity)
    best.owner, best.draft_start = owner, None
    return best


def share(branches: Sequence[Branch], whole: Branch, is_wanted: Callable[[], bool]) -> bool:
    """Lets branches rest on another if that is whole; its next turn finds it as it is.

    Args:
        branches: those that may rest on it.
        whole: the other one.
        is_wanted: asked before each copy whether the thread has something better to do.

    Returns:
        False where it was interrupted.
    """
    for branch in branches:
        length = common_length(whole.run, branch.run)
        saves_enough = length >= max(branch.shared, len(branch.tokens) / _LEAST_SHARE)
        can_rest = whole.trunk is None and branch is not whole and branch.trunk is not whole
        if saves_enough and can_rest:
            if is_wanted():
                return False
            branch.rest_on(whole, length)
    return True


def shrink_trunks(branches: Sequence[Branch], in_use: Branch | None) -> None:
    """Frees what trunks hold that are no branches themselves, past what rests on them.

    No prompt goes on from them, so that they need no snapshots.

    Args:
        branches: all that are kept.
        in_use: the one that is computed on, which stays as it is.
    """
    for trunk in with_trunks(branches).difference(branches, [in_use]):
        trunk.snapshots = []
        length = max((branch.shared for branch in _resting_on(branches, trunk)), default=0)
        if length < len(trunk.tokens):
            trunk.shrink(length)


def _resting_on(branches: Sequence[Branch], trunk: Branch) -> list[Branch]:
    return [branch for branch in with_trunks(branches) if branch.trunk is trunk]
