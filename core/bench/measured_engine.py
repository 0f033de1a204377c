"""Our engine, driven as the core drives it, one question after the other."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import mlx.core as mx

from ..conversation import TurnStats
from ..engine.engine import AnswerEnd, LoadedModel, PromptMessage, TextDelta
from ..engine.limits import Limits
from ..engine.mlx_engine import MlxEngine
from ..generation_options import GenerationOptions
from .script import Asked, Prompt
from .side import ANSWER_TOKENS, Report, describe_loading, model_source, own_environment
from .values import Plan, Step

_NEW: Final = 0
"""Names the conversation that does not exist yet, as in `Engine.prepare`."""


class MeasuredEngine:
    """A loaded engine whose calls block; closing it spills its KV caches as the core's end does."""

    def __init__(self, plan: Plan, report: Report) -> None:
        self._runner = asyncio.Runner()
        self._engine = MlxEngine(
            Limits(
                plan.pixel_budget, plan.max_pixels, kv_bits=plan.kv_bits, kv_bytes=plan.kv_bytes
            ),
            spills_dir=Path(plan.folder) / "spills",
            spill_bytes=plan.spill_bytes,
        )
        try:
            self.model: LoadedModel = self._runner.run(
                self._engine.load(
                    model_source(plan),
                    lambda stage: report(describe_loading(stage)),
                    own_environment(),
                )
            )
            # So does the core once it has loaded a model.
            self.prepare((PromptMessage.of("user", ""),), _NEW)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def answer(
        self, prompt: Prompt, conversation: int, max_tokens: int = ANSWER_TOKENS
    ) -> tuple[str, TurnStats]:
        """Returns the greedy answer and its receipt."""
        return self._runner.run(self._answer(prompt, conversation, max_tokens))

    def prepare(self, prompt: Prompt, conversation: int) -> None:
        """Works ahead of a prompt and returns when that is done."""
        self._runner.run(self._engine.prepare(prompt, conversation=conversation))

    def forget(self, *conversations: int) -> None:
        """Frees the KV of conversations, in memory and on disk."""
        for conversation in conversations:
            self._runner.run(self._engine.forget(conversation))

    def spill(self) -> int:
        """Frees the model, spilling all KV caches as the core's end does.

        Returns:
            Most bytes that it took meanwhile above its weights and KV caches.
        """
        held_bytes = self.model.weights_bytes + self._engine.kv_cache_bytes
        mx.reset_peak_memory()
        self._runner.run(self._engine.unload())
        return mx.get_peak_memory() - held_bytes

    def step(self, asked: Asked, conversation: int, *, early: bool = False) -> tuple[str, Step]:
        """Returns the answer to a script's question and what it cost.

        Args:
            asked: the question.
            conversation: whose KV this becomes.
            early: whether the engine works ahead until it is done, before the question is sent.
        """
        if early and asked.is_new:
            is_first = len(asked.prompt) == 1
            self.prepare(asked.prompt, _NEW if is_first else conversation)
        text, stats = self.answer(asked.prompt, conversation)
        return text, Step(
            name=asked.name,
            ttft=stats.ttft,
            reused=stats.reused_tokens,
            prefilled=stats.prefilled_tokens,
            encoded=stats.images_encoded,
        )

    def _close(self) -> None:
        self._runner.run(self._engine.close())
        self._runner.close()

    async def _answer(
        self, prompt: Prompt, conversation: int, max_tokens: int
    ) -> tuple[str, TurnStats]:
        options = GenerationOptions(max_tokens=max_tokens, temperature=0.0)
        text, stats = "", TurnStats()
        async for event in self._engine.answer(prompt, options, conversation=conversation):
            match event:
                case TextDelta(delta):
                    text += delta
                case AnswerEnd(stats=stats):
                    pass
                case _:
                    pass
        return text, stats
