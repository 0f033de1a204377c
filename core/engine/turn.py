"""One answer, from the messages to its last token. Runs on the MLX thread."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..boxes import counts_pixels
from ..conversation import FinishReason
from ..errors import PromptTooLong
from ..generation_options import MOST_TOKENS, GenerationOptions
from .continued import Continued, Held
from .decoding.answer_text import AnswerDelta, AnswerText
from .decoding.chooser import make_chooser
from .decoding.decoder import Decoded, Decoder
from .decoding.proposer import Proposer
from .decoding.thinking import opened_thoughts
from .engine import (
    ROWS,
    AnswerEnd,
    AnswerEvent,
    DecodeProgress,
    PictureProgress,
    PrefillProgress,
    PromptMessage,
    TextDelta,
    ThoughtsDelta,
)
from .kv.branch import Branch
from .kv.prefix import TokenRun
from .memory import kv_cache_full
from .memory_guard import guarded_memory
from .past_turns import NOT_KEPT, TURN_FAILED, MessageKey, PastTurn, message_keys
from .picture import Picture
from .prefill import Prefill, start_over
from .resident import ResidentModel
from .reuse_points import reuse_points
from .stop_signal import StopSignal
from .turn_meter import TurnMeter


@dataclass
class Turn:
    """An answer being computed."""

    resident: ResidentModel
    options: GenerationOptions
    started_at: float
    """`time.perf_counter()` when the answer was asked for."""
    emit: Callable[[AnswerEvent], None]
    """Takes each event as it happens."""
    stop: StopSignal = field(default_factory=StopSignal)
    """Set by anyone who wants the answer to end."""
    conversation: int = 0
    """Whose KV this becomes; 0 for none."""

    def run(self, messages: Sequence[PromptMessage]) -> None:
        """Computes and emits the answer, or what follows of one that was cut off.

        Ends with `AnswerEnd`.

        Raises:
            TurnError, ImageError: with one sentence that says what to do.
        """
        in_pixels = counts_pixels(self.resident.checkpoint.model_type)
        self._meter = TurnMeter(self.started_at, boxes_in_pixels=in_pixels)
        is_continued = messages[-1].role == "assistant"
        self._begun = messages[-1] if is_continued else PromptMessage.of("assistant", "")
        self._text, self._has_thoughts = self._begun.text, bool(self._begun.thoughts)
        self._told: list[int] = []
        self.resident.work.begin_turn()
        try:
            with guarded_memory(self.resident, self._needed_tokens):
                reason = self._answer(messages[:-1] if is_continued else messages)
        finally:
            self.resident.pictures.drop_pixels()
        self._meter.peak_bytes = self.resident.work.peak_bytes
        self.emit(AnswerEnd(reason, self._meter.stats()))

    def _answer(self, messages: Sequence[PromptMessage]) -> FinishReason:
        images = (image for message in messages for image in message.images)
        pictures = self.resident.pictures.look_up(images, self.stop.check)
        if pictures is None or self.stop.check():
            return "cancelled"
        prompt = self._build_prompt(messages, pictures)
        self.resident.drafts.commit(self.conversation, prompt)
        room = min(self.resident.limits.spare_tokens, self._answer_limit())
        pool, stopped = self.resident.pool, self.stop.is_set
        with pool.acquire(prompt, room, owner=self.conversation, is_stopped=stopped) as branch:
            start_over(self.resident.family, prompt, branch)
            self._explain(messages, prompt, pictures, len(branch.tokens))
            with self._remembered(message_keys(messages, pictures), branch):
                return self._extend(branch, prompt, pictures)

    @contextmanager
    def _remembered(self, messages: tuple[MessageKey, ...], branch: Branch) -> Iterator[None]:
        """Notes for the turns to come what the block computes on the branch."""
        has_failed = True
        try:
            yield
            has_failed = False
        finally:
            answer = MessageKey("assistant", self._text, ())
            turn = PastTurn(self.conversation, (*messages, answer), branch.run, stops=branch.stops)
            past, told = self.resident.past, tuple(self._told)
            past.record(replace(turn, has_thoughts=self._has_thoughts, told=told))
            if has_failed:
                past.mark_lost(TURN_FAILED, self.conversation)

    def _explain(
        self,
        messages: Sequence[PromptMessage],
        prompt: TokenRun,
        pictures: Sequence[Picture],
        reused: int,
    ) -> None:
        """Notes why the prompt's rest is computed if an earlier turn had computed it."""
        past, conversation = self.resident.past, self.conversation
        if conversation == ROWS:
            # What a row has in common with another is no more than chance.
            return
        *before, _ = messages
        is_first = all(message.role == "system" for message in before)
        if not is_first or past.knows(conversation):
            self._meter.recomputed = self.resident.family.why_whole(prompt, reused)
        if self._meter.recomputed:
            return
        reason = past.reason(conversation, message_keys(messages, pictures), prompt, reused)
        if not reason and not is_first and not past.knows(conversation):
            count = sum(len(message.images) for message in before)
            earlier = self.resident.prompts.build_draft(
                before, pictures[:count], thinking=self.options.thinking
            )
            reason = NOT_KEPT if reused < len(earlier) else ""
        self._meter.recomputed = reason

    def _build_prompt(
        self, messages: Sequence[PromptMessage], pictures: Sequence[Picture]
    ) -> TokenRun:
        resident, options = self.resident, self.options
        build = partial(resident.prompts.build, messages, pictures, thinking=options.thinking)
        asked = build()
        resident.note_reuse()
        tag = opened_thoughts(resident.checkpoint.processor.tokenizer, asked.tokens)
        held = self._go_on(asked, tag, lambda begun: build(begun=begun))
        prompt = held.behind(asked)
        self._meter.prompt_tokens = len(prompt)
        self._meter.images = len(pictures)
        check_length(prompt, resident.checkpoint.context_length)
        self._points = reuse_points(resident, messages, pictures, prompt, options.thinking)
        limit = len(held.tokens) + self._answer_limit()
        self._chooser = make_chooser(resident.checkpoint, options, limit, tag, held.rest)
        self._chooser.go_on(held.tokens)
        return prompt

    def _go_on(self, asked: TokenRun, tag: str, build: Callable[[str], TokenRun]) -> Held:
        """Takes up an answer that was cut off; returns what the prompt repeats of it."""
        resident = self.resident
        processor = resident.checkpoint.processor
        self._spelled, held = AnswerText(processor, tag), Held()
        is_document = bool(self.options.schema)
        continued = Continued(self._begun, processor, tag, is_document=is_document)
        if any(continued.said):
            chosen = resident.past.answers(self.conversation, asked)
            held = continued.find(asked, chosen, build)
            self._spelled.go_on(held.tokens, continued.said)
        self._told += held.tokens
        self._meter.continued_tokens = len(held.tokens)
        return held

    def _needed_tokens(self) -> int:
        """Tokens that there must be memory for before the turn starts."""
        return self._meter.prompt_tokens + self.resident.limits.spare_tokens

    def _answer_limit(self) -> int:
        room = self.resident.checkpoint.context_length - self._meter.prompt_tokens
        return min(self.options.max_tokens or MOST_TOKENS, room)

    def _extend(
        self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]
    ) -> FinishReason:
        """Computes what the branch lacks of the prompt, then the answer."""
        seen = self.resident.pictures
        before, before_again = seen.encoded_count, seen.encoded_again_count
        logits = self._prefill(branch, prompt, pictures)
        self._meter.images_encoded = seen.encoded_count - before
        self._meter.images_encoded_again = seen.encoded_again_count - before_again
        if self.stop.is_set():
            return "cancelled"
        return self._decode(branch, logits)

    def _prefill(self, branch: Branch, prompt: TokenRun, pictures: Sequence[Picture]) -> Any:
        """Returns the logits after the prompt's last token, unless it was stopped."""
        reused = self._meter.reused_tokens = len(branch.tokens)
        started_at = time.perf_counter()

        def report(done: int) -> None:
            self._meter.prefilled_tokens = done - reused
            self._meter.prefill_seconds = time.perf_counter() - started_at
            self.emit(PrefillProgress(done, len(prompt), reused))

        self.emit(PrefillProgress(reused, len(prompt), reused))
        prefill = Prefill(
            self.resident, prompt, pictures, self.stop, self._tell_picture, self._points
        )
        return prefill.run(branch, report)

    def _tell_picture(self, number: int, total: int) -> None:
        self.emit(PictureProgress(number, total))

    def _decode(self, branch: Branch, logits: Any) -> FinishReason:
        resident = self.resident
        text = self._spelled

        def start_ahead() -> Proposer | None:
            return resident.ahead.start(branch, resident.past.runs(self.conversation), text)

        decoder = Decoder(resident, branch, self._chooser, self._answer_limit(), start_ahead)
        reason = self._write(text, decoder.tokens(logits))
        self._tell(text.end() if reason == "stop" else text.cut())
        self._meter.passes = decoder.passes
        if decoder.is_memory_full:
            self._meter.ended_early = kv_cache_full(resident.pool.limit_bytes)
        return reason

    def _write(self, text: AnswerText, tokens: Generator[Decoded]) -> FinishReason:
        """Emits the text that the tokens make up."""
        with closing(tokens):
            for token, is_copied in tokens:
                self._count_token(is_copied=is_copied)
                if token in text.ends:
                    return "stop"
                self._told.append(token)
                self._tell(text.add(token))
                if self.stop.check():
                    return "cancelled"
        return "length"

    def _tell(self, delta: AnswerDelta) -> None:
        if delta.thoughts:
            self._has_thoughts = True
            self._meter.note_thought()
            self.emit(ThoughtsDelta(delta.thoughts))
        if delta.text:
            self._text += delta.text
            self.emit(TextDelta(delta.text))

    def _count_token(self, *, is_copied: bool) -> None:
        meter = self._meter
        meter.count_token(is_copied=is_copied)
        rate = meter.pace.report(meter.generated_tokens, meter.last_token_at)
        if rate is not None:
            self.emit(DecodeProgress(meter.generated_tokens, rate))


def check_length(prompt: TokenRun, context_length: int) -> None:
    """Makes sure that the prompt leaves room for an answer.

    Raises:
        PromptTooLong: it does not.
    """
    if len(prompt) >= context_length:
        raise PromptTooLong(
            f"With this question the conversation takes {len(prompt):,} tokens and the model's "
            f"context holds {context_length:,}; leave earlier pictures or messages out, shorten "
            f"the question, or lower pixel_budget, in a preset or config.toml, for its pictures.",
            len(prompt),
            context_length,
        )
