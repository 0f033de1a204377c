"""Measures the checkpoint through mlx-vlm, greedy, on one split: `python -m training.evaluate`.

Every answer of a conversation is generated, and the history holds the model's own answers.
An answer counts when it equals the right one to the letter.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.abilities import measure
from training.dialogues import Turn, sample_dialogue
from training.subject import Conversation, Subject
from training.world import Scene, Split

_SEED: Final = 97


def _is_about_world(turn: Turn) -> bool:
    return turn.about is not None and not turn.about.scene.outside


def _is_about_pictures(turn: Turn) -> bool:
    return kind_of(turn) not in {"off topic", "small talk", "no picture", "counting"}


GROUPS: Final[dict[str, Callable[[Turn], bool]]] = {
    "single pictures": lambda turn: (
        len(turn.seen) == 1 and not turn.is_follow_up and _is_about_world(turn)
    ),
    "follow-ups": lambda turn: turn.is_follow_up,
    "several pictures": lambda turn: len(turn.seen) > 1 and _is_about_pictures(turn),
    "late pictures": lambda turn: turn.is_late and _is_about_pictures(turn),
    "pictures that are not square": lambda turn: (
        _is_about_world(turn) and turn.about is not None and not 0.8 <= turn.about.ratio <= 1.25
    ),
    "outside its world": lambda turn: (
        kind_of(turn) in {"outside picture", "off topic", "no picture"}
    ),
    "all": lambda turn: turn is not None,
}
"""What the bars are set for; a turn can belong to several."""


def kind_of(turn: Turn) -> str:
    """The row of the table that a turn belongs to."""
    if turn.about is not None and turn.about.scene.outside:
        return "outside picture"
    return turn.kind


class Score:
    """Hits by row."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.misses: list[str] = []

    def add(self, turn: Turn, reply: str) -> None:
        """Counts one answer in all its rows."""
        rows = [f"  {kind_of(turn)}"]
        rows += [name for name, belongs in GROUPS.items() if belongs(turn)]
        for row in rows:
            self.asked[row] += 1
            self.right[row] += reply == turn.answer
        if reply != turn.answer:
            seen = " | ".join(_summary(shown.scene) for shown in turn.seen)
            self.misses.append(f"{turn.question} -> {reply!r}, not {turn.answer!r}  [{seen}]")

    def table(self) -> str:
        """The rows as Markdown, groups first."""
        rows = [*GROUPS, *sorted(row for row in self.asked if row.startswith(" "))]
        lines = ["| turns | right | asked | exact |", "|---|--:|--:|--:|"]
        for row in rows:
            if asked := self.asked[row]:
                right = self.right[row]
                lines.append(f"| {row.strip()} | {right} | {asked} | {right / asked:.1%} |")
        return "\n".join(lines)


def _summary(scene: Scene) -> str:
    figures = ", ".join(f"{figure.name} {figure.place.phrase}" for figure in scene.figures)
    return scene.outside or figures or "empty"


def measure_questions(subject: Subject, split: Split, turns: int) -> Score:
    """Holds conversations of `turns` turns and more."""
    rng, score = random.Random(_SEED), Score()
    while score.asked["all"] < turns:
        dialogue = sample_dialogue(rng, split)
        conversation = Conversation(subject, dialogue, rng)
        for turn in dialogue.turns:
            score.add(turn, conversation.ask(turn)[1])
    return score


def main() -> None:
    """Prints the tables, and on demand the misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("core/demo/model"))
    parser.add_argument("--split", choices=("validation", "test"), default="test")
    parser.add_argument("--turns", type=int, default=1_200, help="turns about the questions")
    parser.add_argument("--ability-turns", type=int, default=200, help="turns for each ability")
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    subject = Subject(arguments.checkpoint)
    started = time.monotonic()
    results = (
        measure_questions(subject, arguments.split, arguments.turns),
        measure(subject, arguments.split, arguments.ability_turns),
    )
    print(f"split {arguments.split}, {time.monotonic() - started:.0f} s")
    for result in results:
        print(f"\n{result.table()}")
    if arguments.misses:
        print("\n".join(["", *(miss for result in results for miss in result.misses)]))


if __name__ == "__main__":
    main()
