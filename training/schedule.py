"""Which dialogues, which layers and which learning rate each step of the training has."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from training.mixes import (
    COMBINED,
    LESSONS,
    LOOK_UPS,
    PAIRS,
    PRACTICE,
    SINGLE_PICTURES,
    TAUGHT,
    Mix,
)
from training.network import LATE_LAYERS

_WARM_UP_STEPS: Final = 60


def cosine(done: float) -> float:
    """Falls from one to zero, slowly at both ends."""
    return 0.5 * (1 + math.cos(math.pi * done))


def line(done: float) -> float:
    """Falls from one to zero evenly."""
    return 1 - done


@dataclass(frozen=True, slots=True)
class Descent:
    """A learning rate that rises, stays and falls to zero; in shares of the full one."""

    level_steps: int
    height: float
    falling_steps: int
    falling_from: float
    fall: Callable[[float], float]

    @property
    def steps(self) -> int:
        """The number of all its steps."""
        return self.level_steps + self.falling_steps

    def share_at(self, step: int) -> float:
        """The share of the full rate, `step` being counted from its start."""
        if step < self.level_steps:
            return self.height * min(1.0, (step + 1) / _WARM_UP_STEPS)
        return self.falling_from * self.fall((step - self.level_steps) / self.falling_steps)


@dataclass(frozen=True, slots=True)
class Plan:
    """The schedule, counted in steps so that a run can stop and go on."""

    vision_steps: int = 1_300
    """Pictures only, with the probe's loss."""
    few_layers: Descent = Descent(3_300, 1.0, 3_150, 0.6, cosine)
    """Dialogues, the late layers resting."""
    all_layers: Descent = Descent(2_000, 0.6, 3_500, 0.6, line)
    """More dialogues, the late layers beside the others."""
    more_to_learn: Descent = Descent(4_000, 0.45, 8_000, 0.45, line)
    """Dialogues with system prompts to follow, thoughts and boxes, in smaller steps."""
    mixes: tuple[tuple[int, Mix], ...] = (
        (0, LOOK_UPS),
        (500, SINGLE_PICTURES),
        (1_400, PRACTICE),
        (4_700, PAIRS),
        (6_450, COMBINED),
        (11_950, LESSONS),
        (15_950, TAUGHT),
    )
    """The dialogues, each mix with the dialogue step it starts at."""
    pictures_per_step: int = 128
    tokens_per_step: int = 4_000
    fewer_tokens_per_step: int = 2_000
    """Of the last stage: it learns as much from a step of half the size."""
    learning_rate: float = 2e-3
    vision_rate: float = 0.3
    """The vision tower's share of the learning rate, once it has learned to see."""
    box_vision_rate: float = 1.0
    """That share where it has to learn where figures end."""
    probe_weight: float = 0.3
    save_every: int = 200

    @property
    def grown_at(self) -> int:
        """The step that the late layers join at."""
        return self.vision_steps + self.few_layers.steps

    @property
    def more_at(self) -> int:
        """The step that the last stage begins at, and that tuning goes on from."""
        return self.grown_at + self.all_layers.steps

    @property
    def last_step(self) -> int:
        """The number of all steps."""
        return self.more_at + self.more_to_learn.steps

    def resting_at(self, step: int) -> frozenset[int]:
        """The text layers that are left out."""
        return LATE_LAYERS if step < self.grown_at else frozenset()

    def mix_at(self, step: int) -> Mix:
        """The dialogues of a step after the pictures alone."""
        step -= self.vision_steps
        return next(mix for start, mix in reversed(self.mixes) if step >= start)

    def rate_at(self, step: int) -> float:
        """The learning rate's share of its full height."""
        if step < self.vision_steps:
            left = (self.vision_steps - step) / (0.4 * self.vision_steps)
            return min(1.0, (step + 1) / 30, max(0.1, left))
        if step < self.grown_at:
            return self.few_layers.share_at(step - self.vision_steps)
        if step < self.more_at:
            return self.all_layers.share_at(step - self.grown_at)
        return self.more_to_learn.share_at(step - self.more_at)

    def tokens_at(self, step: int) -> int:
        """About how many tokens a step of dialogues has."""
        return self.tokens_per_step if step < self.more_at else self.fewer_tokens_per_step

    def vision_rate_at(self, step: int) -> float:
        """The vision tower's share of the learning rate."""
        if step < self.vision_steps:
            return 1.0
        return self.vision_rate if step < self.more_at else self.box_vision_rate
