"""`make fuzz-families`: random chats of every family, each answer as mlx-vlm gives it from nothing.

`python -m tests.fuzz.families --programs 200 --family llava --seed 1`; without `--family` all that
reuse anything, one after the other.
"""

import argparse
import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.kv.spill_folder import SpillFolder
from seeshell.core.engine.loading import Checkpoint, load_checkpoint
from seeshell.core.engine.prefill_pace import PrefillPace
from seeshell.core.errors import ImageError
from seeshell.core.generation_options import GenerationOptions
from seeshell.core.models.sources import find_model

from ..core.engine.asking import Answer, Asker, draw_shape, make_asker
from ..core.engine.family.plain import PlainFamily, assert_as_cold
from ..families.shapes import SHAPES, shrink_phi3_tower
from ..families.writing import write_checkpoint

_OPTIONS = GenerationOptions(temperature=0.0, max_tokens=4)
_TEXTS = ("What is it?", "and the square?", "\n\nwhy", "Größe")
_PICTURES = (
    ("circle", "red", (64, 64)),
    ("square", "blue", (64, 64)),
    ("circle", "green", (96, 64)),
    ("square", "red", (48, 80)),
)
_ACTIONS = (
    "ask",
    "ask",
    "ask",
    "picture",
    "picture",
    "again",
    "edit",
    "prepare",
    "evict",
    "restart",
)
_CONVERSATIONS = 2
_MOST_STEPS = 8
_MOST_PICTURES = 3
"""In a conversation: cold runs take long."""


@dataclass
class Player:
    """Plays programs on one family."""

    family: str
    checkpoint: Checkpoint
    folder: Path
    """For pictures and spills."""
    answers: int = 0
    """Compared so far."""
    _cold: dict[Any, Answer] = field(default_factory=dict)
    """Cold answers by what was asked: programs ask the same again."""

    def __post_init__(self) -> None:
        self._images = [draw_shape(self.folder, *picture) for picture in _PICTURES]

    def play(self, seed: int) -> None:
        """Plays the program of a seed.

        Raises:
            AssertionError: an answer is not the cold one.
        """
        chance = random.Random(seed)
        shutil.rmtree(self.folder / "spills", ignore_errors=True)
        ask = self._engine(chance)
        messages: list[list[PromptMessage]] = [[] for _ in range(_CONVERSATIONS)]
        for _ in range(_MOST_STEPS):
            number = chance.randrange(_CONVERSATIONS)
            action, own = chance.choice(_ACTIONS), messages[number]
            if action == "evict":
                ask.resident.pool.clear()
            elif action == "restart":
                ask.resident.spill()
                ask = self._engine(chance)
            elif action == "prepare":
                ask.prepare(*own, self._question(chance, own), conversation=number + 1)
            else:
                messages[number] = self._ask(ask, action, number, own, chance)

    def _ask(
        self,
        ask: Asker,
        action: str,
        number: int,
        messages: list[PromptMessage],
        chance: random.Random,
    ) -> list[PromptMessage]:
        """Returns the conversation after a question and its answer."""
        if action == "again" and messages:
            asked = messages[:-1]
        else:
            if action == "edit":
                messages = messages[: 2 * chance.randint(0, len(messages) // 2)]
            with_picture = action == "picture" or not messages
            asked = [*messages, self._question(chance, messages, with_picture=with_picture)]
        try:
            answer = ask(*asked, options=_OPTIONS, conversation=number + 1)
        except ImageError:
            # The model takes fewer pictures.
            return messages
        ask.resident.pool.shrink_to_budget()
        cold = self._cold_answer(asked)
        hybrid = not ask.resident.pool.layout.is_trimmable
        assert_as_cold(answer, cold, float(cold.logits.std()) if hybrid else 1.0)
        self.answers += 1
        return [*asked, PromptMessage.of("assistant", chance.choice(("yes", "no, never", "")))]

    def _question(
        self, chance: random.Random, messages: list[PromptMessage], *, with_picture: bool = False
    ) -> PromptMessage:
        count = sum(len(message.images) for message in messages)
        images: tuple[PromptImage, ...] = ()
        if with_picture and count < _MOST_PICTURES:
            images = (chance.choice(self._images),)
        return PromptMessage.of("user", chance.choice(_TEXTS), images)

    def _cold_answer(self, messages: list[PromptMessage]) -> Answer:
        key = tuple(messages)
        if key not in self._cold:
            self._cold[key] = PlainFamily(self.checkpoint)(*messages, max_tokens=4)
        return self._cold[key]

    def _engine(self, chance: random.Random) -> Asker:
        (self.folder / "spills").mkdir(exist_ok=True)
        spills = SpillFolder(self.folder / "spills", 2**30)
        ask = make_asker(self.checkpoint, spills, block_tokens=24, features_bytes=40_000)
        chunk = chance.choice((7, 13, 64))
        ask.resident.pace = PrefillPace(chunk, chunk, chunk)
        return ask


def main() -> None:
    """Plays programs of the families that are asked for, until one fails."""
    parser = argparse.ArgumentParser(prog="make fuzz-families", description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--family", choices=sorted(SHAPES), nargs="+", default=sorted(SHAPES))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shrink_phi3_tower(setattr)
    for family in options.family:
        with TemporaryDirectory() as folder:
            path = write_checkpoint(Path(folder) / "model", SHAPES[family]())
            player = Player(family, load_checkpoint(find_model(str(path), print)), Path(folder))
            for seed in range(options.seed, options.seed + options.programs):
                try:
                    player.play(seed)
                except AssertionError as error:
                    sys.exit(f"{family}, program {seed}: {error}")
        print(f"{family}: {options.programs} programs, {player.answers} answers, 0 mismatches")


if __name__ == "__main__":
    main()
