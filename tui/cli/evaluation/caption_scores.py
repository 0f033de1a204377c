"""Scores of captions over a whole file: BLEU-4 as COCO computes it, and chrF by sacrebleu."""

import math
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

from ....core.errors import SettingsError
from .ptb_words import split_words

_LONGEST: Final = 4
"""Words of the longest n-grams."""

_SMALL: Final = 1e-9
_TINY: Final = 1e-15
"""What COCO adds below and above each fraction, so that nothing is divided by 0."""


class Counted(NamedTuple):
    """What BLEU needs to know of captions."""

    said: int
    """Words of the captions that are judged."""
    wanted: int
    """Words of the accepted caption of each that is nearest in length."""
    guesses: tuple[int, ...]
    """N-grams of each length, from 1 word on."""
    right: tuple[int, ...]
    """Those of them that an accepted caption has."""


def bleu_4(answers: Sequence[str], accepted: Sequence[Sequence[str]]) -> float:
    """Returns BLEU-4 of captions, each against all that are accepted for its picture."""
    pairs = zip(answers, accepted, strict=True)
    counted = [_count(split_words(it), [split_words(ref) for ref in refs]) for it, refs in pairs]
    return bleu_of(
        Counted(
            sum(it.said for it in counted),
            sum(it.wanted for it in counted),
            tuple(sum(it.guesses[n] for it in counted) for n in range(_LONGEST)),
            tuple(sum(it.right[n] for it in counted) for n in range(_LONGEST)),
        )
    )


def bleu_of(counted: Counted) -> float:
    """Returns BLEU-4 from counts: the geometric mean of the precisions, less for short captions.

    Source: https://github.com/tylin/coco-caption, pycocoevalcap/bleu/bleu_scorer.py.
    """
    product = 1.0
    for right, guesses in zip(counted.right, counted.guesses, strict=True):
        product *= (right + _TINY) / (guesses + _SMALL)
    ratio = (counted.said + _TINY) / (counted.wanted + _SMALL)
    mean: float = product ** (1 / _LONGEST)
    return mean * (math.exp(1 - 1 / ratio) if ratio < 1 else 1.0)


def chrf(answers: Sequence[str], accepted: Sequence[Sequence[str]]) -> float:
    """Returns chrF2 of captions from 0 to 1, as sacrebleu computes it.

    Raises:
        SettingsError: sacrebleu is not installed.
    """
    try:
        metrics = import_module("sacrebleu.metrics.chrf")
    except ModuleNotFoundError as error:
        raise SettingsError(
            "chrF needs sacrebleu: install seeshell[eval], or leave chrf out of --score."
        ) from error
    most = max(map(len, accepted))
    # A picture with fewer captions than another has its last one again, which changes no maximum.
    streams = [[refs[min(n, len(refs) - 1)] for refs in accepted] for n in range(most)]
    score: float = metrics.CHRF().corpus_score(list(answers), streams).score
    return score / 100


def _count(said: Sequence[str], accepted: Sequence[Sequence[str]]) -> Counted:
    most: Counter[tuple[str, ...]] = Counter()
    for reference in accepted:
        most |= _grams(reference)
    right = [0] * _LONGEST
    for gram, count in _grams(said).items():
        right[len(gram) - 1] += min(count, most[gram])
    wanted = min((abs(len(it) - len(said)), len(it)) for it in accepted)[1]
    guesses = tuple(max(0, len(said) - n) for n in range(_LONGEST))
    return Counted(len(said), wanted, guesses, tuple(right))


def _grams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[at : at + length])
        for length in range(1, _LONGEST + 1)
        for at in range(len(words) - length + 1)
    )
