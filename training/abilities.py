"""Measures what a system prompt, thoughts and boxes add: one table beside that of the questions."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Final

from training.boxes import Box, overlap, read
from training.dialogues import Turn, sample_dialogue
from training.mixes import EVERYTHING, Mix
from training.subject import Conversation, Subject
from training.wishes import WISHES
from training.world import Split

_SEED: Final = 211
_ENOUGH: Final = 0.5
"""The overlap that makes a box right, as in most benchmarks of detection."""
_FOUND_WELL: Final = 0.75

MIXES: Final[dict[str, Mix]] = {
    **{wish: replace(EVERYTHING, wish_share=1.0, wishes=(wish,)) for wish in WISHES},
    "thinking": replace(EVERYTHING, thought_share=1.0),
    "boxes": replace(
        EVERYTHING,
        picture_weights=(0.0, 0.7, 0.15, 0.1, 0.05),
        talk_share=0.0,
        outside_share=0.03,
        counting_share=0.0,
        box_share=1.0,
        free_share=0.7,
    ),
}
"""The dialogues that each ability is measured on."""


class Tally:
    """Hits and overlaps by row."""

    def __init__(self) -> None:
        self.hits: dict[str, list[bool]] = defaultdict(list)
        self.overlaps: dict[str, list[float]] = defaultdict(list)
        self.misses: list[str] = []

    def add(self, row: str, turn: Turn, thoughts: str, answer: str) -> None:
        """Counts one answer, and its thoughts where it has some."""
        if row == "thinking":
            self._count("thoughts", turn, thoughts, thoughts == turn.thoughts)
            self._count("answers after thoughts", turn, answer, answer == turn.answer)
        elif row != "boxes":
            self._count(row, turn, answer, answer == turn.answer)
        elif wanted := read(turn.answer):
            self._add_boxes(turn, wanted, answer)
        elif turn.about and not turn.about.scene.outside:
            self._count("boxes of what is not there", turn, answer, answer == turn.answer)

    def _add_boxes(self, turn: Turn, wanted: Sequence[Box], answer: str) -> None:
        given = read(answer)
        is_free = turn.about is not None and turn.about.scene.is_free
        row = f"{'one box' if len(wanted) == 1 else 'several boxes'}, "
        row += "free place" if is_free else "named place"
        same = [box.label for box in given] == [box.label for box in wanted]
        overlaps = [overlap(*pair) for pair in zip(given, wanted, strict=True)] if same else [0.0]
        self._count(row, turn, answer, min(overlaps) >= _ENOUGH)
        self.overlaps[row] += overlaps

    def _count(self, row: str, turn: Turn, said: str, is_right: bool) -> None:
        self.hits[row].append(is_right)
        if not is_right:
            wanted = turn.thoughts if row == "thoughts" else turn.answer
            self.misses.append(f"{row}: {turn.question} -> {said!r}, not {wanted!r}")

    def table(self) -> str:
        """The rows as Markdown; boxes with their mean overlap."""
        lines = [
            f"| ability | right | asked | share | mean IoU | IoU >= {_FOUND_WELL} |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        for row, hits in self.hits.items():
            cells = [row, str(sum(hits)), str(len(hits)), f"{fmean(hits):.1%}", "", ""]
            if overlaps := self.overlaps.get(row):
                well = fmean(each >= _FOUND_WELL for each in overlaps)
                cells[4:] = [f"{fmean(overlaps):.3f}", f"{well:.1%}"]
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def measure(subject: Subject, split: Split, turns: int) -> Tally:
    """Holds conversations of `turns` turns and more for each ability."""
    tally = Tally()
    for row, mix in MIXES.items():
        rng, held = random.Random(_SEED), 0
        while held < turns:
            dialogue = sample_dialogue(rng, split, mix)
            conversation = Conversation(subject, dialogue, rng)
            for turn in dialogue.turns:
                tally.add(row, turn, *conversation.ask(turn))
            held += len(dialogue.turns)
    return tally
