"""How well a text fits what was searched for, and how much its age counts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..kept import HitPlace
from ..search_query import SearchQuery

_WEIGHTS: Final[dict[HitPlace, float]] = {
    "title": 2.0,
    "text": 1.0,
    "picture": 1.2,
    "thoughts": 0.6,
}

_SATURATION: Final = 1.2
_LENGTH_SHARE: Final = 0.5
"""BM25's k1 and b: words that stand there often, and short texts. Source: Robertson and Zaragoza,
The Probabilistic Relevance Framework (2009). All terms are needed, so how rare each is tells
nothing."""

_MEAN_LENGTH: Final = 400
"""Characters of a message of usual length."""

_WHOLE_WORD: Final = 1.5
"""How much more a word counts that is not part of a longer one."""

_YEAR: Final = 365 * 86_400.0
_FOR_A_YEAR: Final = 0.5
"""What a year counts against a newer message."""

_MOST_READ: Final = 20_000
"""Characters of a text that count."""


class Rank(NamedTuple):
    """What a candidate is worth."""

    score: float
    place: HitPlace
    """Where most of the terms stand."""


def rank(query: SearchQuery, texts: Sequence[tuple[HitPlace, str]], changed_at: float) -> Rank:
    """Returns what a candidate is worth.

    Args:
        query: all terms of which stand in the texts.
        texts: folded, the most telling first.
        changed_at: seconds since the epoch; higher scores go to newer ones whatever time it is.
    """
    best = [0.0] * len(query.terms)
    found_place, most_terms = texts[0][0], 0
    for place, text in texts:
        if not text:
            continue
        worths = _worths(query, text[:_MOST_READ], _WEIGHTS[place])
        terms = sum(worth > 0 for worth in worths)
        if terms > most_terms:
            found_place, most_terms = place, terms
        best = list(map(max, best, worths))
    score = sum(best) / len(best) + _FOR_A_YEAR * changed_at / _YEAR
    return Rank(score, found_place)


def _worths(query: SearchQuery, text: str, weight: float) -> list[float]:
    """Returns what each term adds in a text of that weight."""
    share = 1 - _LENGTH_SHARE + _LENGTH_SHARE * len(text) / _MEAN_LENGTH
    counts, whole = query.count_in(text), query.are_whole_in(text)
    return [
        weight * (_WHOLE_WORD if is_whole else 1.0) * count / (count + _SATURATION * share)
        for count, is_whole in zip(counts, whole, strict=True)
    ]
