"""Scores of short answers: exact match, and ANLS, which forgives a few wrong letters."""

from collections.abc import Sequence
from typing import Final

_LEAST_ALIKE: Final = 0.5
"""Below this an answer counts as another one. Source: Biten and others, ICDAR 2019 ST-VQA."""


def exact_match(answer: str, accepted: Sequence[str]) -> float:
    """Returns 1 where an answer is one of those accepted, whatever its case and spaces; else 0."""
    return float(_plain(answer) in {_plain(it) for it in accepted})


def anls(answer: str, accepted: Sequence[str]) -> float:
    """Returns how alike an answer is to the nearest one accepted: 1 less the normalised distance.

    That is Levenshtein's distance over the length of the longer text, both in small letters and
    with single spaces; what is less alike than one half counts as 0.
    """
    said = _plain(answer)
    best = max((1.0 - _distance(said, _plain(it)) for it in accepted), default=0.0)
    return best if best >= _LEAST_ALIKE else 0.0


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _distance(one: str, other: str) -> float:
    """Returns Levenshtein's distance over the length of the longer text; 0 for two empty ones."""
    if not one and not other:
        return 0.0
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, wanted in enumerate(other, 1):
            cost = min(row[at] + 1, row[at - 1] + 1, before + (char != wanted))
            before, row[at] = row[at], cost
    return row[-1] / max(len(one), len(other))
