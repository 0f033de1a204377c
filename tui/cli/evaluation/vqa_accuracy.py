"""VQA accuracy by the official rule: how many of ten people gave the same answer.

Each person's answer is left out once; of the others three that agree suffice. Answers are compared
after punctuation, articles, numbers written out and contractions were made alike, unless all people
said the same. Source: https://github.com/GT-Vision-Lab/VQA at a013f00,
PythonEvaluationTools/vqaEvaluation/vqaEval.py, whose oddities are kept: they count.
"""

import re
from collections.abc import Sequence
from typing import Final

from .vqa_contractions import CONTRACTIONS

_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
} | {"none": "0"}

_ARTICLES: Final = ("a", "an", "the")

_SIGNS: Final = ';/[]"{}()=+\\_-><@`,?!'

_PERIOD: Final = re.compile(r"(?!<=\d)(\.)(?!\d)")
_COMMA: Final = re.compile(r"(\d)(\,)(\d)")

_MOST_PERIODS: Final = 32
"""The reference passes `re.UNICODE`, which is 32, where `sub` takes how often to replace."""

_ENOUGH: Final = 3
"""People that agree with an answer which is wholly right."""


def vqa_accuracy(answer: str, accepted: Sequence[str]) -> float:
    """Returns how right an answer is, from 0 to 1.

    Args:
        answer: what the model said.
        accepted: what people said, each person's answer once; at least two.
    """
    said = _plain(answer)
    people = [_plain(it) for it in accepted]
    if len(set(people)) > 1:
        said = _normalise(said)
        people = [_normalise(it) for it in people]
    agree = people.count(said)
    scores = [min(1.0, (agree - (it == said)) / _ENOUGH) for it in people]
    return sum(scores) / len(scores)


def _plain(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").strip()


def _normalise(text: str) -> str:
    return _unify_words(_drop_punctuation(text))


def _drop_punctuation(text: str) -> str:
    has_comma = _COMMA.search(text) is not None
    kept = text
    for sign in _SIGNS:
        is_loose = f"{sign} " in text or f" {sign}" in text
        kept = kept.replace(sign, "" if is_loose or has_comma else " ")
    return _PERIOD.sub("", kept, count=_MOST_PERIODS)


def _unify_words(text: str) -> str:
    words = (_NUMBERS.get(word, word) for word in text.lower().split())
    return " ".join(CONTRACTIONS.get(it, it) for it in words if it not in _ARTICLES)
