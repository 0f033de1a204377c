"""`make bench-ahead`: how much faster answers come that say again what was said before.

Two engines on the demo model hold the same conversations in turn; one of them decodes ahead. The
questions that are measured were not asked before, in these words or at this place: no answer is
merely given again. Both engines answer the same token for token, or this fails.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from seeshell.core.conversation import TurnStats
from seeshell.core.engine.engine import (
    AnswerEnd,
    AnswerEvent,
    PromptImage,
    PromptMessage,
    TextDelta,
)
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.engine.resident import ResidentModel
from seeshell.core.engine.turn import Turn
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ..core.engine.asking import draw_shape, make_asker

_BAR: Final = 1.5
_GREEDY: Final = GenerationOptions(temperature=0.0, max_tokens=400)
_CONVERSATION: Final = 1


class _Question(NamedTuple):
    text: str
    pictures: int = 0
    """How many come with it."""
    is_measured: bool = False
    replaces: bool = False
    """Whether it takes the place of the question before: an edit."""


_TALKS: Final = (
    (_Question("Count to one hundred."), _Question("Please count to 100.", is_measured=True)),
    (
        _Question("Describe the picture.", 1),
        _Question("And this one?", 1),
        _Question("Compare the pictures."),
        _Question("Describe all pictures.", is_measured=True),
        _Question("What is in the first picture?", is_measured=True),
        _Question("Describe the second picture.", is_measured=True),
    ),
    (
        _Question("Count to 100."),
        _Question("Can you count to 100?", is_measured=True, replaces=True),
    ),
)


@dataclass
class _Measured:
    """One question's figures, a value for each round."""

    seconds: list[float] = field(default_factory=list)
    """From the first token to the last."""
    alone_seconds: list[float] = field(default_factory=list)
    """The same, one token after the other."""
    stats: TurnStats = field(default_factory=TurnStats)

    @property
    def speedup(self) -> float:
        """How many times as fast, median over the rounds."""
        pairs = zip(self.seconds, self.alone_seconds, strict=True)
        return median(alone / seconds for seconds, alone in pairs)


def measure(rounds: int) -> dict[str, _Measured]:
    """Returns what each measured question took, by its text."""
    checkpoint = load_checkpoint(find_model("demo", lambda _: None))
    residents = [make_asker(checkpoint).resident for _ in range(2)]
    residents[1].ahead.is_allowed = False
    measured: dict[str, _Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        pictures = [
            draw_shape(Path(folder), "circle", "red", (448, 448)),
            draw_shape(Path(folder), "square", "blue", (448, 448)),
        ]
        # The first round is not counted: what gains is found out in it.
        for number in range(rounds + 1):
            for talk in _TALKS:
                found = [_hold(resident, talk, pictures) for resident in residents]
                for question, (text, stats), (alone_text, alone) in zip(talk, *found, strict=True):
                    assert text == alone_text, f"{question.text!r} is answered in another way"
                    if number and question.is_measured:
                        figures = measured.setdefault(question.text, _Measured())
                        figures.seconds.append(_decode_seconds(stats))
                        figures.alone_seconds.append(_decode_seconds(alone))
                        figures.stats = stats
    return measured


def _hold(
    resident: ResidentModel, talk: Sequence[_Question], pictures: Sequence[PromptImage]
) -> list[tuple[str, TurnStats]]:
    """Returns the texts and costs of a conversation's answers."""
    resident.pool.clear()
    resident.past.remove_conversation(_CONVERSATION)
    unseen = list(pictures)
    messages: list[PromptMessage] = []
    answers = []
    for question in talk:
        if question.replaces:
            del messages[-2:]
        images = tuple(unseen.pop(0) for _ in range(question.pictures))
        messages.append(PromptMessage.of("user", question.text, images))
        text, stats = _ask(resident, messages)
        messages.append(PromptMessage.of("assistant", text))
        answers.append((text, stats))
    return answers


def _ask(resident: ResidentModel, messages: Sequence[PromptMessage]) -> tuple[str, TurnStats]:
    events: list[AnswerEvent] = []
    turn = Turn(resident, _GREEDY, time.perf_counter(), events.append, conversation=_CONVERSATION)
    turn.run(messages)
    end = events[-1]
    assert isinstance(end, AnswerEnd)
    return "".join(it.text for it in events if isinstance(it, TextDelta)), end.stats


def _decode_seconds(stats: TurnStats) -> float:
    return (stats.generated_tokens - 1) / stats.generation_tps


def main() -> int:
    """Prints the figures; 0 where they reach the bar."""
    parser = argparse.ArgumentParser(prog="make bench-ahead", description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    measured = measure(parser.parse_args().runs)
    for text, figures in measured.items():
        stats = figures.stats
        print(
            f"{text:32} {stats.generated_tokens:4} tokens, {stats.copied_tokens:4} copied, "
            f"{stats.passes:4} passes, {figures.speedup:5.2f}x"
        )
    sums = [
        (sum(alone), sum(seconds))
        for alone, seconds in zip(
            zip(*(it.alone_seconds for it in measured.values()), strict=True),
            zip(*(it.seconds for it in measured.values()), strict=True),
            strict=True,
        )
    ]
    speedup = median(alone / seconds for alone, seconds in sums)
    least = min(figures.speedup for figures in measured.values())
    print(f"all {speedup:.2f}x, the least {least:.2f}x (bar: all at least {_BAR}x)")
    return 0 if speedup >= _BAR else 1


if __name__ == "__main__":
    sys.exit(main())
