"""Which two messages of a tree are compared. Pure."""

from .layout import Tree


def find_pair(tree: Tree, message: int, marked: int | None) -> tuple[int, int] | None:
    """Returns the ids of two messages, the older one first; None if there is no second one.

    A message is compared with the marked one, else with another version of it: the one before, or
    where it is the first the one behind. A question that was asked once counts for its answers.
    """
    if marked is not None and marked != message:
        return min(marked, message), max(marked, message)
    siblings = tree.row_of(message).siblings
    if len(siblings) > 1:
        place = max(siblings.index(message), 1)
        return siblings[place - 1], siblings[place]
    answers = tree.children_of(message)
    return (answers[-2], answers[-1]) if len(answers) > 1 else None


def other_version(tree: Tree, message: int, distance: int, but: int) -> int | None:
    """Returns another version of a message; None if there is none in that direction.

    Args:
        tree: with all versions.
        message: the one that is shown.
        distance: 1 for the next one, -1 for the one before.
        but: the message beside it, which is skipped.
    """
    siblings = [it for it in tree.row_of(message).siblings if it != but]
    place = siblings.index(message) + distance
    return siblings[place] if 0 <= place < len(siblings) else None
