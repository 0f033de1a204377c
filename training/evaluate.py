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
from typing import Any, Final

import mlx.core as mx
import mlx_vlm
from PIL import Image

from training.dialogues import Dialogue, Turn, sample_dialogue
from training.prompts import draw_picture

_SEED: Final = 97
_LONG_SIDES: Final = (*((50, 1600),) * 7, (1600, 4000))
_MOST_TOKENS: Final = 450


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


def _summary(scene: Any) -> str:
    figures = ", ".join(f"{figure.name} {figure.place.phrase}" for figure in scene.figures)
    return scene.outside or figures or "empty"


class Subject:
    """The checkpoint, loaded as any other model would be."""

    def __init__(self, folder: Path) -> None:
        if not mx.metal.is_available():
            mx.disable_compile()
        self.model, self.processor = mlx_vlm.load(str(folder))
        if not mx.metal.is_available():
            self.model.set_dtype(mx.float32)

    def reply(self, messages: list[dict[str, Any]], pictures: list[Image.Image]) -> str:
        """The greedy answer to a conversation."""
        prompt = self.processor.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        parts = mlx_vlm.stream_generate(
            self.model,
            self.processor,
            prompt,
            image=pictures or None,
            max_tokens=_MOST_TOKENS,
            temperature=0.0,
        )
        return "".join(part.text for part in parts)


def hold(subject: Subject, dialogue: Dialogue, rng: random.Random, score: Score) -> None:
    """Holds a conversation and counts its answers."""
    messages: list[dict[str, Any]] = []
    if dialogue.system_prompt:
        messages.append({"role": "system", "content": dialogue.system_prompt})
    pictures: list[Image.Image] = []
    for turn in dialogue.turns:
        pictures += [draw_picture(shown, rng, rng.choice(_LONG_SIDES)) for shown in turn.pictures]
        marks = [{"type": "image"}] * len(turn.pictures)
        words = [{"type": "text", "text": turn.question}]
        content = marks + words if turn.are_pictures_first else words + marks
        messages.append({"role": "user", "content": content})
        reply = subject.reply(messages, pictures)
        messages.append({"role": "assistant", "content": reply})
        score.add(turn, reply)


def main() -> None:
    """Prints the table, and on demand the misses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("core/demo/model"))
    parser.add_argument("--split", choices=("validation", "test"), default="test")
    parser.add_argument("--turns", type=int, default=1_200)
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    subject, rng, score = Subject(arguments.checkpoint), random.Random(_SEED), Score()
    started = time.monotonic()
    while score.asked["all"] < arguments.turns:
        hold(subject, sample_dialogue(rng, arguments.split), rng, score)
    print(f"split {arguments.split}, seed {_SEED}, {time.monotonic() - started:.0f} s\n")
    print(score.table())
    if arguments.misses:
        print("\n".join(["", *score.misses]))


if __name__ == "__main__":
    main()
