"""Computes what a branch lacks of a prompt, in chunks. Runs on the MLX thread."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from .kv.branch import Branch
from .kv.prefix import ImageSpan, TokenRun
from .language import Chunk, PlacedFeatures
from .positions import Positions, rope_positions
from .resident import ResidentModel
from .vision import Features, Picture


@dataclass(frozen=True)
class Prefill:
    """A prompt whose KV is to be computed."""

    resident: ResidentModel
    prompt: TokenRun
    pictures: Sequence[Picture]
    """Of the prompt's spans, in order."""
    stop: threading.Event
    """Set by anyone who wants the work to end: at the latest after one chunk or one picture."""

    def run(self, branch: Branch, report: Callable[[int], None]) -> Any:
        """Extends the branch to the whole prompt, or to where the work was stopped.

        Args:
            branch: holds a first part of the prompt.
            report: is told after each chunk how many tokens the branch has.

        Returns:
            The hidden state after the branch's last token; None where nothing was computed.
        """
        hidden = None
        positions = rope_positions(self.prompt.spans, len(self.prompt))
        while len(branch.tokens) < len(self.prompt) and not self.stop.is_set():
            start = len(branch.tokens)
            end = min(start + self.resident.pace.tokens, len(self.prompt))
            chunk = self._cut(positions, start, end)
            if self.stop.is_set():
                break
            branch.reserve(len(self.prompt))
            with self.resident.pace.timing(end - start):
                hidden = self.resident.language.extend(chunk, branch.layers)
                mx.eval(hidden, branch.arrays())
            branch.extend(chunk.tokens, self.prompt.spans)
            report(end)
        return hidden

    def _cut(self, positions: Positions, start: int, end: int) -> Chunk:
        """Returns a chunk of the prompt; pictures in it are encoded if need be, until a stop."""
        placed = []
        for span, picture in zip(self.prompt.spans, self.pictures, strict=True):
            if span.start >= end or span.end <= start or self.stop.is_set():
                continue
            features = self.resident.pictures.features(picture, self.stop.is_set)
            if features is not None:
                placed.append(_place(span, features, start, end))
        return Chunk(self.prompt.tokens[start:end], positions[:, start:end], placed)


def _place(span: ImageSpan, features: Features, start: int, end: int) -> PlacedFeatures:
    first, stop = max(span.start, start), min(span.end, end)
    return PlacedFeatures(first - start, features, first - span.start, stop - span.start)
