"""One answer, from the messages to its last token. Runs on the MLX thread."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import mlx.core as mx
from mlx_vlm.generate.common import generation_stream

from ..conversation import FinishReason
from ..errors import OutOfMemory, PromptTooLong
from .engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerOptions,
    PrefillProgress,
    PromptMessage,
    TextDelta,
)
from .kv_cache import Branch
from .language import Chunk, PlacedFeatures
from .memory import (
    failed_allocation_bytes,
    is_memory_failure,
    memory_limit_bytes,
    out_of_memory,
    wired_memory,
)
from .positions import Positions, next_position, rope_positions
from .prefix import ImageSpan, TokenRun
from .receipt import Receipt
from .resident import ResidentModel
from .sampling import AnswerText, Sampler, choose_sampler
from .vision import Picture

_ROOM: Final = 256
"""Tokens of an answer that there must be memory for before its turn starts."""

_CACHE_CLEARING_TOKENS: Final = 256
"""Freed buffers go back to the system this often in an answer, as in mlx-vlm."""


@dataclass
class Turn:
    """An answer being computed."""

    resident: ResidentModel
    options: AnswerOptions
    started_at: float
    """`time.perf_counter()` when the answer was asked for."""
    emit: Callable[[AnswerEvent], None]
    """Takes each event as it happens."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by anyone who wants the answer to end."""

    def run(self, messages: Sequence[PromptMessage]) -> None:
        """Computes and emits the answer; ends with `AnswerEnd`.

        Raises:
            TurnError, ImageError: with one sentence that says what to do.
        """
        self._receipt = Receipt(self.started_at)
        mx.reset_peak_memory()
        try:
            with wired_memory(), mx.stream(generation_stream):
                reason = self._answer(messages)
        except (RuntimeError, MemoryError) as error:
            if not is_memory_failure(error):
                raise
            traceback.clear_frames(error.__traceback__)
            failure = str(error)
        else:
            self.emit(AnswerEnd(reason, self._receipt.stats()))
            return
        finally:
            self.resident.pictures.drop_pixels()
        raise self._free_memory(failure)

    def _free_memory(self, failure: str) -> OutOfMemory:
        """Frees all caches after the memory ran out, and returns the error to raise."""
        self.resident.free_caches()
        mx.clear_cache()
        tokens = self._receipt.prompt_tokens + _ROOM
        needed = failed_allocation_bytes(failure) or tokens * self.resident.checkpoint.token_bytes
        return out_of_memory(needed, memory_limit_bytes() - int(mx.get_active_memory()))

    def _answer(self, messages: Sequence[PromptMessage]) -> FinishReason:
        pictures = []
        for image in (image for message in messages for image in message.images):
            if self.stop.is_set():
                return "cancelled"
            pictures.append(self.resident.pictures.look_up(image))
        prompt = self._build_prompt(messages, pictures)
        with self.resident.pool.lend(prompt, min(_ROOM, self._answer_limit())) as branch:
            return self._extend(branch, prompt, pictures)

    def _build_prompt(
        self, messages: Sequence[PromptMessage], pictures: Sequence[Picture]
    ) -> TokenRun:
        prompt = self.resident.prompts.build(messages, pictures)
        self._receipt.prompt_tokens = len(prompt)
        self._receipt.images = len(pictures)
        context_length = self.resident.checkpoint.context_length
        if len(prompt) >= context_length:
            raise PromptTooLong(
                f"The conversation takes {len(prompt):,} tokens and the model's context holds "
                f"{context_length:,}; start a new conversation or attach smaller pictures."
            )
        return prompt

    def _answer_limit(self) -> int:
        room = self.resident.checkpoint.context_length - self._receipt.prompt_tokens
        return min(self.options.max_tokens, room)

    def _extend(
        self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]
    ) -> FinishReason:
        """Computes what the branch lacks of the prompt, then the answer."""
        encoded_before = self.resident.pictures.encoded_count
        hidden = self._prefill(branch, prompt, pictures)
        self._receipt.images_encoded = self.resident.pictures.encoded_count - encoded_before
        if self.stop.is_set():
            return "cancelled"
        return self._decode(branch, self.resident.language.logits(hidden))

    def _prefill(self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]) -> Any:
        """Returns the hidden state after the prompt's last token, unless it was stopped."""
        hidden = None
        reused = self._receipt.reused_tokens = len(branch.tokens)
        positions = rope_positions(prompt.spans, len(prompt))
        started_at = time.perf_counter()
        self.emit(PrefillProgress(reused, len(prompt), reused))
        while len(branch.tokens) < len(prompt) and not self.stop.is_set():
            start = len(branch.tokens)
            end = min(start + self.resident.pace.tokens, len(prompt))
            chunk = self._cut(prompt, positions, pictures, (start, end))
            with self.resident.pace.timing(end - start):
                hidden = self.resident.language.extend(chunk, branch.layers)[:, -1:]
                mx.eval(hidden, branch.arrays())
            branch.extend(chunk.tokens, prompt.spans)
            self._receipt.prefilled_tokens += end - start
            self._receipt.prefill_seconds = time.perf_counter() - started_at
            self.emit(PrefillProgress(end, len(prompt), reused))
        mx.clear_cache()
        return hidden

    def _cut(
        self,
        prompt: TokenRun,
        positions: Positions,
        pictures: Sequence[Picture],
        bounds: tuple[int, int],
    ) -> Chunk:
        """Returns a chunk of the prompt; pictures in it are encoded if need be."""
        start, end = bounds
        placed = [
            self._place(span, picture, start, end)
            for span, picture in zip(prompt.spans, pictures, strict=True)
            if span.start < end and span.end > start
        ]
        return Chunk(prompt.tokens[start:end], positions[:, start:end], placed)

    def _place(self, span: ImageSpan, picture: Picture, start: int, end: int) -> PlacedFeatures:
        first, stop = max(span.start, start), min(span.end, end)
        features = self.resident.pictures.features(picture)
        return PlacedFeatures(first - start, features, first - span.start, stop - span.start)

    def _decode(self, branch: Branch, logits: Any) -> FinishReason:
        text = AnswerText(self.resident.checkpoint.processor)
        sampler = choose_sampler(self.resident.checkpoint.model.config, self.options)
        for token in self._tokens(branch, logits, sampler):
            self._receipt.count_token()
            if text.is_end(token):
                return "stop"
            delta = text.add(token)
            if delta:
                self.emit(TextDelta(delta))
            if self.stop.is_set():
                return "cancelled"
        return "length"

    def _tokens(self, branch: Branch, logits: Any, sampler: Sampler) -> Iterator[int]:
        """Yields the answer's tokens; each next one is being computed while one is yielded.

        A token that has been yielded stands in the branch, except the last of a full answer.
        """
        limit = self._answer_limit()
        position = next_position(branch.spans, len(branch.tokens))
        token = sampler(logits)
        mx.async_eval(token)  # type: ignore[no-untyped-call]
        for index in range(limit):
            following = None
            if index + 1 < limit:
                step = self.resident.language.step(token, position + index, branch.layers)
                following = sampler(step)
                mx.async_eval(following)  # type: ignore[no-untyped-call]
            value = int(token.item())
            if following is not None:
                branch.extend([value])
            if index % _CACHE_CLEARING_TOKENS == 0:
                mx.clear_cache()
            yield value
            token = following
