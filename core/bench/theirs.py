"""Measures mlx-vlm's own loop: `python -m seeshell.core.bench.theirs PLAN`.

`stream_generate` with a `PromptCacheState` for each conversation, the library's best use for a
chat: its own chat program has one state for all. The checkpoint is loaded as for our engine, in
float32 where there is no GPU.
"""

import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from mlx_vlm.generate import PromptCacheState, stream_generate

from ..engine.loading import Checkpoint, load_checkpoint
from ..models.sources import find_model
from .pictures import Pictures
from .script import Asked, Prompt, long_answer, long_chat, nine_steps, play
from .side import (
    ANSWER_TOKENS,
    DECODE_TRIES,
    DECODED_TOKENS,
    Report,
    describe_loading,
    model_source,
    own_environment,
    run_side,
)
from .values import Decode, Plan, Step, Theirs


def measure(plan: Plan, report: Report) -> Theirs:
    """Returns the nine steps, for which it makes no difference when pictures are attached."""
    files = find_model(
        model_source(plan), lambda stage: report(describe_loading(stage)), own_environment()
    )
    report("mlx-vlm: loading the weights")
    side = _Side(load_checkpoint(files), plan)

    def ask(asked: Asked) -> tuple[str, Step]:
        report(f"mlx-vlm: {asked.name}")
        return side.step(asked)

    folder = Path(plan.folder)
    play(long_chat(Pictures(folder, plan.image_size, "warm-up"), 1), ask, limit=2)
    side.states.clear()
    steps = play(nine_steps(Pictures(folder, plan.image_size, "late")), ask)
    report("mlx-vlm: a long answer")
    return Theirs(steps, side.decode())


class _Side:
    """A loaded checkpoint and mlx-vlm's state of each conversation."""

    def __init__(self, checkpoint: Checkpoint, plan: Plan) -> None:
        self._checkpoint = checkpoint
        self.states: dict[bool, PromptCacheState] = defaultdict(PromptCacheState)
        """By whether it is the other conversation."""
        processor = checkpoint.processor.image_processor
        budget = plan.pixel_budget * (processor.patch_size * processor.merge_size) ** 2
        if budget < processor.max_pixels:
            processor.min_pixels = min(processor.min_pixels, budget // 4)
            processor.max_pixels = budget

    def step(self, asked: Asked) -> tuple[str, Step]:
        """Returns the answer to a script's question and what it cost."""
        started_at = time.perf_counter()
        results = self._stream(asked.prompt, ANSWER_TOKENS, self.states[asked.is_other])
        first = next(results)
        ttft = time.perf_counter() - started_at
        text = first.text + "".join(result.text for result in results)
        images = sum(len(message.images) for message in asked.prompt)
        return text, Step(
            name=asked.name,
            ttft=ttft,
            reused=first.cached_tokens,
            prefilled=first.prompt_tokens - first.cached_tokens,
            # It drops the pixels where it reuses anything, and else encodes every picture.
            encoded=0 if first.cached_tokens else images,
        )

    def decode(self) -> Decode:
        """Returns how fast a long answer is written."""
        tries = [self._time_answer() for _ in range(DECODE_TRIES)]
        return max(tries, key=lambda decode: decode.tps)

    def _time_answer(self) -> Decode:
        times = [
            time.perf_counter()
            for result in self._stream(long_answer(), DECODED_TOKENS, PromptCacheState())
            if result.finish_reason is None
        ]
        count, seconds = len(times), times[-1] - times[0] if times else 0.0
        return Decode(count, (count - 1) / seconds if seconds else 0.0)

    def _stream(self, prompt: Prompt, max_tokens: int, state: PromptCacheState) -> Any:
        processor = self._checkpoint.processor
        rendered = processor.tokenizer.apply_chat_template(
            [
                {
                    "role": message.role,
                    "content": [
                        {"type": "text", "text": part}
                        if isinstance(part, str)
                        else {"type": "image"}
                        for part in message.parts
                    ],
                }
                for message in prompt
            ],
            chat_template=self._checkpoint.chat_template,
            tokenize=False,
            add_generation_prompt=True,
        )
        return stream_generate(
            self._checkpoint.model,
            processor,
            rendered,
            image=[str(image.path) for message in prompt for image in message.images] or None,
            max_tokens=max_tokens,
            temperature=0.0,
            prompt_cache_state=state,
        )


if __name__ == "__main__":
    sys.exit(run_side(measure))
