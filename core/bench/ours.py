"""Measures our engine: `python -m seeshell.core.bench.ours PLAN`."""

import platform
import sys
from pathlib import Path
from typing import Final

import mlx.core as mx

from .measured_engine import MeasuredEngine
from .pictures import Pictures
from .script import Asked, Script, long_answer, long_chat, nine_steps, play
from .side import DECODE_TRIES, DECODED_TOKENS, Report, run_side
from .values import Decode, Growth, Model, Ours, Plan, Step

_LONG_CHAT: Final = 9
"""The conversation that is spilled at the end."""

_WARM_UP: Final = 7
_DECODE: Final = 8
_FIRST, _OTHER = 1, 2
_SHORT_CHAT: Final = 3


def measure(plan: Plan, report: Report) -> Ours:
    """Returns all figures but those after a restart and of the language model alone."""
    with MeasuredEngine(plan, report) as engine:
        side = _Side(engine, plan, report)
        side.play("warm-up", long_chat(side.pictures("warm-up"), 1), _WARM_UP, limit=2)
        side.engine.forget(_WARM_UP)
        steps, early = side.nine_steps("late"), side.nine_steps("early", early=True)
        decode = side.decode()
        one = side.play("1 picture", long_chat(side.pictures("one"), 1), _SHORT_CHAT, limit=2)
        engine.forget(_SHORT_CHAT)
        many = side.play(
            f"{plan.pictures} pictures",
            long_chat(side.pictures("many"), plan.pictures),
            _LONG_CHAT,
            limit=2,
        )
        overhead_bytes = engine.spill()
        return Ours(
            model=_describe(engine),
            processor=str(mx.device_info().get("device_name", platform.machine())),
            device=mx.default_device().type.name,
            steps=steps,
            steps_early=early,
            growth=Growth(one[-1], many[-1]),
            decode=decode,
            overhead_bytes=overhead_bytes,
            answers=side.answers,
        )


class _Side:
    """One engine through all that is measured."""

    def __init__(self, engine: MeasuredEngine, plan: Plan, report: Report) -> None:
        self.engine = engine
        self.answers: list[str] = []
        """Of the script that was played last."""
        self._plan = plan
        self._report = report

    def pictures(self, name: str) -> Pictures:
        """Returns pictures that only one measurement uses."""
        return Pictures(Path(self._plan.folder), self._plan.image_size, name)

    def nine_steps(self, name: str, *, early: bool = False) -> list[Step]:
        """Returns what the nine steps cost; their KV is freed."""
        steps = self.play(name, nine_steps(self.pictures(name)), _FIRST, early=early)
        self.engine.forget(_FIRST, _OTHER)
        return steps

    def play(
        self, title: str, script: Script, conversation: int, *, early: bool = False, limit: int = 0
    ) -> list[Step]:
        """Returns what a script's steps cost."""
        self.answers = []

        def ask(asked: Asked) -> tuple[str, Step]:
            self._report(f"seeshell, {title}: {asked.name}")
            number = _OTHER if asked.is_other else conversation
            text, step = self.engine.step(asked, number, early=early)
            self.answers.append(text)
            return text, step

        return play(script, ask, limit)

    def decode(self) -> Decode:
        """Returns how fast a long answer is written."""
        self._report("seeshell: a long answer")
        tries = [
            self.engine.answer(long_answer(), _DECODE, DECODED_TOKENS)[1]
            for _ in range(DECODE_TRIES)
        ]
        self.engine.forget(_DECODE)
        best = max(tries, key=lambda stats: stats.generation_tps)
        return Decode(best.generated_tokens, best.generation_tps)


def _describe(engine: MeasuredEngine) -> Model:
    model = engine.model
    return Model(model.source, model.name, model.weights_bytes, model.context_length)


if __name__ == "__main__":
    sys.exit(run_side(measure))
