"""Rows that have only moved up or down: the terminal can move them, which takes a few bytes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from .runs import Runs

FEWEST: Final = 3
"""Rows that must have moved together; fewer are as soon written."""


class Move(NamedTuple):
    """A move of rows by the terminal."""

    top: int
    """The first row of those within which it happens."""
    bottom: int
    """The row below the last of them."""
    distance: int
    """How many rows up; negative for down."""


def find_move(before: Mapping[int, Runs], after: Mapping[int, Runs]) -> Move | None:
    """Returns the move after which the fewest rows are left to write; None if there is none.

    Args:
        before: rows on screen by their number, those that stay included.
        after: what rows shall be; those that stay may be missing.
    """
    distance, votes = _likeliest_distance(before, after)
    if votes < FEWEST:
        return None
    arrived = [y for y, runs in after.items() if before.get(y + distance) == runs]
    first, last = min(arrived), max(arrived)
    top, bottom = min(first, first + distance), max(last, last + distance) + 1
    if any(y not in before for y in range(top, bottom)):
        return None
    lost = sum(_is_lost(y, distance, before, after) for y in range(top, bottom))
    return Move(top, bottom, distance) if len(arrived) - lost >= FEWEST else None


def _likeliest_distance(before: Mapping[int, Runs], after: Mapping[int, Runs]) -> tuple[int, int]:
    """Returns by how many rows most have moved, and how many have."""
    places = defaultdict(list)
    for y, runs in before.items():
        places[runs].append(y)
    votes: Counter[int] = Counter()
    for y, runs in after.items():
        # Empty rows are everywhere.
        if len(runs) > 1:
            votes.update(place - y for place in places.get(runs, ()) if place != y)
    return votes.most_common(1)[0] if votes else (0, 0)


def _is_lost(y: int, distance: int, before: Mapping[int, Runs], after: Mapping[int, Runs]) -> bool:
    """Returns whether a row is right now and would not be after the move."""
    wanted = after.get(y, before[y])
    return before[y] == wanted and before.get(y + distance) != wanted
