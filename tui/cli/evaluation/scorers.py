"""The scorers by name: what each is for, and one number for many answers."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from ....core.errors import BadRequest
from .answer_scores import anls, exact_match
from .caption_scores import bleu_4, chrf
from .cases import Case, FileKind
from .vqa_accuracy import vqa_accuracy

Score = Callable[[Sequence[str], Sequence[Sequence[str]]], float]
"""Returns the score of answers against what is accepted for each, from 0 to 1."""


class Scorer(NamedTuple):
    """How answers are judged."""

    title: str
    """Heading of its column."""
    score: Score
    least_accepted: int = 1
    """Answers that each case needs."""


def _mean(score: Callable[[str, Sequence[str]], float]) -> Score:
    def score_all(answers: Sequence[str], accepted: Sequence[Sequence[str]]) -> float:
        scores = [score(answer, it) for answer, it in zip(answers, accepted, strict=True)]
        return sum(scores) / len(scores)

    return score_all


SCORERS: Final[Mapping[str, Scorer]] = MappingProxyType(
    {
        "vqa": Scorer("VQA accuracy", _mean(vqa_accuracy), least_accepted=2),
        "exact": Scorer("exact match", _mean(exact_match)),
        "anls": Scorer("ANLS", _mean(anls)),
        "bleu": Scorer("BLEU-4", bleu_4),
        "chrf": Scorer("chrF", chrf),
    }
)

_USUAL: Final[Mapping[FileKind, tuple[str, ...]]] = MappingProxyType(
    {"vqa": ("vqa",), "coco": ("bleu",), "jsonl": ("exact", "anls")}
)


def choose_scorers(names: Sequence[str], kind: FileKind, cases: Sequence[Case]) -> list[str]:
    """Returns the scorers that are asked for, else those that a kind of file usually has.

    Raises:
        BadRequest: a case has too few accepted answers for one of them.
    """
    chosen = list(dict.fromkeys(names)) or list(_USUAL[kind])
    for name in chosen:
        least = SCORERS[name].least_accepted
        short = next((case for case in cases if len(case.accepted) < least), None)
        if short is not None:
            raise BadRequest(
                f"{name} compares with what several people answered, and row {short.id} has one "
                "answer: choose exact or anls by --score."
            )
    return chosen
