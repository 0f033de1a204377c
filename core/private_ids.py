"""Ids of private conversations and of their messages, which tell them from what is on disk."""

import time
from typing import Final

PRIVATE_FROM: Final = 2**40
"""The least id that a private conversation or message has; no disk holds so many."""

_IDS_A_SECOND: Final = 2**10


def is_private(identifier: int) -> bool:
    """Whether a conversation or message is in the core's memory alone."""
    return identifier >= PRIVATE_FROM


def loggable(conversation: int, error: Exception) -> str:
    """Returns what a log may tell of an error: names of private pictures stand in none."""
    return type(error).__name__ if is_private(conversation) else str(error)


def first_private_id() -> int:
    """Returns an id that no private conversation had before: those of an earlier core are gone."""
    return max(PRIVATE_FROM, int(time.time()) * _IDS_A_SECOND)
