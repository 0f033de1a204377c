"""An answer on its way from the task that reads it to whoever consumes it, and what it cost."""

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator
from itertools import groupby
from time import perf_counter

from ...conversation import FinishReason, TurnStats
from ..engine import DecodeProgress, TextDelta, ThoughtsDelta, Waiting
from ..turn_meter import DecodePace
from .answers.answer_reader import ChatPiece, Usage
from .answers.chunk_forms import read_finish_reason

_Streamed = TextDelta | ThoughtsDelta | DecodeProgress | Waiting


class StreamedAnswer:
    """Holds what has come and was not consumed yet."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.finish_reason: FinishReason = "stop"
        self.said_finish_reason = ""
        """The same in the server's own word; empty if it gave none."""
        self.ignored_options = ""
        """Options that it was given without, since the server takes none such; as a phrase."""
        self.boxes_in_pixels = False
        """Whether the model writes boxes in pixels of the picture as it sees it."""
        self._pending: list[_Streamed] = []
        self._deltas = 0
        self._pace = DecodePace()
        self._usage: Usage | None = None
        self._started = perf_counter()
        self._first = self._last = 0.0

    def add(self, piece: ChatPiece | Waiting) -> None:
        """Takes in what one read brought, or that the server is waited for."""
        if isinstance(piece, Waiting):
            self._put(piece)
            return
        self._usage = piece.usage or self._usage
        if piece.finish_reason:
            self.said_finish_reason = piece.finish_reason
            self.finish_reason = read_finish_reason(piece.finish_reason)
        if piece.text or piece.thoughts:
            self._last = perf_counter()
            self._first = self._first or self._last
            self._deltas += piece.deltas
        if piece.thoughts:
            self._put(ThoughtsDelta(piece.thoughts))
        if piece.text:
            self._put(TextDelta(piece.text))
        if self._deltas and (rate := self._pace.report(self._deltas, self._last)) is not None:
            self._put(DecodeProgress(self._deltas, rate))

    async def events(self, reading: "Task[None]") -> AsyncIterator[_Streamed]:
        """Yields what comes, texts joined where the consumer was slower, until reading ends."""
        while self._pending or not reading.done():
            await self.changed.wait()
            self.changed.clear()
            pending, self._pending = self._pending, []
            for _, alike in groupby(pending, type):
                yield _joined(list(alike))

    def stats(self) -> TurnStats:
        """Returns what the answer cost, by the server's count where it gives one."""
        usage = self._usage or Usage()
        prompt = usage.prompt_tokens or 0
        details = usage.prompt_tokens_details
        reused = min(prompt, (details.cached_tokens if details else 0) or 0)
        generated = usage.completion_tokens or self._deltas
        ttft = self._first - self._started if self._first else 0.0
        decoding = self._last - self._first
        return TurnStats(
            prompt_tokens=prompt,
            reused_tokens=reused,
            prefilled_tokens=prompt - reused,
            generated_tokens=generated,
            ttft=ttft,
            prompt_tps=(prompt - reused) / ttft if ttft else 0.0,
            generation_tps=(generated - 1) / decoding if decoding > 0 else 0.0,
            ignored_options=self.ignored_options,
            boxes_in_pixels=self.boxes_in_pixels,
        )

    def _put(self, event: _Streamed) -> None:
        self._pending.append(event)
        self.changed.set()


def _joined(alike: list[_Streamed]) -> _Streamed:
    """Returns events of one kind as one: all of the texts, the newest of what is reported."""
    newest = alike[-1]
    if isinstance(newest, TextDelta | ThoughtsDelta):
        texts = (it.text for it in alike if isinstance(it, TextDelta | ThoughtsDelta))
        return type(newest)("".join(texts))
    return newest
