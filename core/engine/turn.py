"""One answer, from the messages to its last token. Runs on the MLX thread."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import mlx.core as mx

from ..conversation import FinishReason
from ..errors import PromptTooLong
from .engine import (
    AnswerEnd,
    AnswerEvent,
    AnswerOptions,
    PrefillProgress,
    PromptMessage,
    TextDelta,
)
from .kv.branch import Branch
from .kv.prefix import TokenRun
from .memory_guard import guarded_memory
from .past_turns import NOT_KEPT, TURN_FAILED, Said, tell
from .positions import next_position
from .prefill import Prefill
from .resident import ResidentModel
from .sampling import AnswerText, Sampler, choose_sampler
from .turn_meter import Receipt
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
    conversation: int = 0
    """Whose KV this becomes; 0 for none."""

    def run(self, messages: Sequence[PromptMessage]) -> None:
        """Computes and emits the answer; ends with `AnswerEnd`.

        Raises:
            TurnError, ImageError: with one sentence that says what to do.
        """
        self._receipt = Receipt(self.started_at)
        self._text = ""
        mx.reset_peak_memory()
        try:
            with guarded_memory(self.resident, lambda: self._receipt.prompt_tokens + _ROOM):
                reason = self._answer(messages)
        finally:
            self.resident.pictures.drop_pixels()
        self.emit(AnswerEnd(reason, self._receipt.stats()))

    def _answer(self, messages: Sequence[PromptMessage]) -> FinishReason:
        images = (image for message in messages for image in message.images)
        pictures = self.resident.pictures.look_up(images, self.stop.is_set)
        if pictures is None:
            return "cancelled"
        prompt = self._build_prompt(messages, pictures)
        self.resident.drafts.settle(self.conversation, prompt)
        room = min(_ROOM, self._answer_limit())
        with self.resident.pool.lend(prompt, room, owner=self.conversation) as branch:
            self._explain(messages, prompt, pictures, len(branch.tokens))
            with self._remembered(tell(messages, pictures), branch):
                return self._extend(branch, prompt, pictures)

    @contextmanager
    def _remembered(self, said: tuple[Said, ...], branch: Branch) -> Iterator[None]:
        """Notes for the turns to come what the block computes on the branch."""
        has_failed = True
        try:
            yield
            has_failed = False
        finally:
            answer = Said("assistant", self._text, ())
            self.resident.past.note(self.conversation, (*said, answer), branch.run)
            if has_failed:
                self.resident.past.lose(TURN_FAILED, self.conversation)

    def _explain(
        self,
        messages: Sequence[PromptMessage],
        prompt: TokenRun,
        pictures: Sequence[Picture],
        reused: int,
    ) -> None:
        """Notes why the prompt's rest is computed if an earlier turn had computed it."""
        past, conversation = self.resident.past, self.conversation
        reason = past.reason(conversation, tell(messages, pictures), prompt, reused)
        if not reason and len(messages) > 1 and not past.knows(conversation):
            *before, _ = messages
            count = sum(len(message.images) for message in before)
            earlier = self.resident.prompts.build_draft(before, pictures[:count])
            reason = NOT_KEPT if reused < len(earlier) else ""
        self._receipt.recomputed = reason

    def _build_prompt(
        self, messages: Sequence[PromptMessage], pictures: Sequence[Picture]
    ) -> TokenRun:
        prompt = self.resident.prompts.build(messages, pictures)
        self._receipt.prompt_tokens = len(prompt)
        self._receipt.images = len(pictures)
        check_length(prompt, self.resident.checkpoint.context_length)
        return prompt

    def _answer_limit(self) -> int:
        room = self.resident.checkpoint.context_length - self._receipt.prompt_tokens
        return min(self.options.max_tokens, room)

    def _extend(
        self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]
    ) -> FinishReason:
        """Computes what the branch lacks of the prompt, then the answer."""
        seen = self.resident.pictures
        before, before_again = seen.encoded_count, seen.encoded_again_count
        hidden = self._prefill(branch, prompt, pictures)
        self._receipt.images_encoded = seen.encoded_count - before
        self._receipt.images_encoded_again = seen.encoded_again_count - before_again
        if self.stop.is_set():
            return "cancelled"
        return self._decode(branch, self.resident.language.logits(hidden))

    def _prefill(self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]) -> Any:
        """Returns the hidden state after the prompt's last token, unless it was stopped."""
        reused = self._receipt.reused_tokens = len(branch.tokens)
        started_at = time.perf_counter()

        def report(done: int) -> None:
            self._receipt.prefilled_tokens = done - reused
            self._receipt.prefill_seconds = time.perf_counter() - started_at
            self.emit(PrefillProgress(done, len(prompt), reused))

        self.emit(PrefillProgress(reused, len(prompt), reused))
        return Prefill(self.resident, prompt, pictures, self.stop).run(branch, report)

    def _decode(self, branch: Branch, logits: Any) -> FinishReason:
        text = AnswerText(self.resident.checkpoint.processor)
        sampler = choose_sampler(self.resident.checkpoint.model.config, self.options)
        for token in self._tokens(branch, logits, sampler):
            self._receipt.count_token()
            if text.is_end(token):
                return "stop"
            delta = text.add(token)
            if delta:
                self._text += delta
                self.emit(TextDelta(delta))
            if self.stop.is_set():
                return "cancelled"
        return "length"

    def _tokens(self, branch: Branch, logits: Any, sampler: Sampler) -> Iterator[int]:
        """Yields the answer's tokens; each next one is being computed while one is yielded.

        The first is yielded at once, with nothing after it begun. A token that has been yielded
        stands in the branch, except the first until the next one is asked for, and the last of a
        full answer.
        """
        limit = self._answer_limit()
        position = next_position(branch.spans, len(branch.tokens))
        token = sampler(logits)
        yield int(token.item())
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
            if index > 0:
                yield value
            token = following


def check_length(prompt: TokenRun, context_length: int) -> None:
    """Makes sure that the prompt leaves room for an answer.

    Raises:
        PromptTooLong: it does not.
    """
    if len(prompt) >= context_length:
        raise PromptTooLong(
            f"With this question the conversation takes {len(prompt):,} tokens and the model's "
            f"context holds {context_length:,}; shorten the question, start a new conversation, or "
            f"lower pixel_budget so that pictures take fewer."
        )
