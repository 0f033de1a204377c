"""Computes what a branch lacks of a prompt, in chunks. Runs on the MLX thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import mlx.core as mx

from .kv.branch import Branch
from .kv.prefix import ImageSpan, TokenRun
from .language import Chunk, PlacedFeatures
from .positions import Positions, rope_positions
from .resident import ResidentModel
from .stop_signal import StopSignal
from .vision import Features, Picture

_NEAR: Final = 16
"""Tokens that are rather computed again than that a chunk ends there, which costs a pass."""


@dataclass(frozen=True)
class Prefill:
    """A prompt whose KV is to be computed."""

    resident: ResidentModel
    prompt: TokenRun
    pictures: Sequence[Picture]
    """Of the prompt's spans, in order."""
    stop: StopSignal
    """Set by anyone who wants the work to end: at the latest after one chunk or one picture."""
    tell_picture: Callable[[int, int], None] = lambda _number, _total: None
    """Is told before a picture is encoded which it is, from 1, of how many that are not reused."""
    points: Sequence[int] = ()
    """Lengths of the prompt at which the model's states are copied, in order."""

    def run(self, branch: Branch, report: Callable[[int], None]) -> Any:
        """Extends the branch to the whole prompt, or to where the work was stopped.

        Args:
            branch: holds a first part of the prompt.
            report: is told after each chunk how many tokens the branch has.

        Returns:
            The hidden state after the branch's last token; None where nothing was computed.
        """
        hidden = None
        reused = sum(span.end <= len(branch.tokens) for span in self.prompt.spans)
        positions = rope_positions(self.prompt.spans, len(self.prompt))
        ends = self._ends(branch)
        while len(branch.tokens) < len(self.prompt) and not self.stop.check():
            start = len(branch.tokens)
            wanted = min(self.resident.pace.tokens, len(self.prompt) - start)
            end = start + self.resident.fit_chunk(start, wanted)
            end = min([end, *(point for point in ends if point > start)])
            chunk = self._cut(positions, start, end, reused)
            if self.stop.is_set():
                break
            work, count = self.resident.work, end - start
            with work.learning(work.chunk, count, end), self.resident.pace.timing(count):
                hidden = self.resident.language.extend(chunk, branch.layers)
                mx.eval(hidden, branch.arrays())
            branch.extend(chunk.tokens, self.prompt.spans)
            if end in ends:
                self.resident.pool.keep_state(branch)
            report(end)
        return hidden

    def _ends(self, branch: Branch) -> Sequence[int]:
        """Returns where chunks end for the states' sake; copies those that the branch has now."""
        held = len(branch.tokens)
        if self.points and held:
            self.resident.pool.keep_state(branch)
        later = [point for point in self.points if point > held]
        return later[1:] if later[1:] and later[0] - held <= _NEAR else later

    def _cut(self, positions: Positions, start: int, end: int, reused: int) -> Chunk:
        """Returns a chunk of the prompt; pictures in it are encoded if need be, until a stop.

        Args:
            positions: of the whole prompt.
            start: the chunk's first token.
            end: behind its last token.
            reused: pictures that the branch held when the prefill began.
        """
        placed = []
        both = zip(self.prompt.spans, self.pictures, strict=True)
        for number, (span, picture) in enumerate(both, 1 - reused):
            if span.start >= end or span.end <= start or self.stop.check():
                continue
            if not self.resident.pictures.is_held(picture):
                self.tell_picture(number, len(self.pictures) - reused)
            features = self._features(picture)
            if features is not None:
                placed.append(_place(span, features, start, end))
        return Chunk(self.prompt.tokens[start:end], positions[:, start:end], placed)

    def _features(self, picture: Picture) -> Features | None:
        """Returns a picture's features, encoded only where there is memory; None after a stop."""
        resident, is_stopped = self.resident, self.stop.check
        if resident.pictures.is_held(picture):
            return resident.pictures.features(picture, is_stopped)
        resident.check_picture(picture)
        patches = resident.pixels.patches_of(picture.rows, picture.columns)
        with resident.work.learning(resident.work.picture, patches, patches):
            return resident.pictures.features(picture, is_stopped)


def _place(span: ImageSpan, features: Features, start: int, end: int) -> PlacedFeatures:
    first, stop = max(span.start, start), min(span.end, end)
    return PlacedFeatures(first - start, features, first - span.start, stop - span.start)
