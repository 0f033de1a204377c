"""Computes what a branch lacks of a prompt, in chunks. Runs on the MLX thread."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import mlx.core as mx
from PIL import Image

from .family.family import Chunk, Family, Features, PlacedFeatures
from .kv.branch import Branch
from .kv.prefix import TokenRun
from .picture import Picture
from .resident import ResidentModel
from .stop_signal import StopSignal

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
            The logits after the prompt's last token, shape (1, vocabulary); None after a stop.
        """
        logits = None
        reused = sum(span.end <= len(branch.tokens) for span in self.prompt.spans)
        ends = self._ends(branch)
        while len(branch.tokens) < len(self.prompt) and not self.stop.check():
            chunk = self._cut(len(branch.tokens), ends, reused)
            if self.stop.is_set():
                break
            logits = self._compute(chunk, branch)
            if chunk.end in ends:
                self.resident.pool.keep_state(branch)
            report(chunk.end)
        return logits

    def _compute(self, chunk: Chunk, branch: Branch) -> Any:
        """Extends the branch by a chunk; returns the logits after the prompt's last token."""
        work, count = self.resident.work, len(chunk.tokens)
        resident = self.resident
        with (
            work.learning(work.chunk, count, chunk.end),
            resident.pace.timing(count),
            resident.picture_pace.prefilling(count),
        ):
            logits = resident.family.extend(chunk, branch.layers)
            logits = logits if chunk.is_last else None
            mx.eval(logits, branch.arrays())
        branch.extend(chunk.tokens, self.prompt.spans)
        return logits

    def _ends(self, branch: Branch) -> Sequence[int]:
        """Returns where chunks end for the states' sake; copies those that the branch has now."""
        held = len(branch.tokens)
        if self.points and held:
            self.resident.pool.keep_state(branch)
        later = [point for point in self.points if point > held]
        return later[1:] if later[1:] and later[0] - held <= _NEAR else later

    def _cut(self, start: int, ends: Sequence[int], reused: int) -> Chunk:
        """Returns the next chunk; pictures in it are encoded if need be, until a stop.

        Args:
            start: its first token.
            ends: where chunks end, if they get there.
            reused: pictures that the branch held when the prefill began.
        """
        end = self._end(start, ends)
        if self.resident.family.takes_pixels(self.prompt, start):
            return Chunk(self.prompt, start, end, pixels=self._pixels())
        placed = []
        both = zip(self.prompt.spans, self.pictures, strict=True)
        for number, (span, picture) in enumerate(both, 1 - reused):
            if span.start >= end or span.end <= start or self.stop.check():
                continue
            if not self.resident.pictures.is_held(picture):
                self.tell_picture(number, len(self.pictures) - reused)
            features = self._features(picture)
            if features is not None:
                placed.append(PlacedFeatures(span, features))
        return Chunk(self.prompt, start, end, placed)

    def _end(self, start: int, ends: Sequence[int]) -> int:
        """Returns the token after the next chunk.

        Args:
            start: its first token.
            ends: where chunks end, if they get there.

        Raises:
            OutOfMemory: there is no memory for it.
        """
        resident, left = self.resident, len(self.prompt) - start
        if resident.family.why_whole(self.prompt, start):
            resident.check_chunk(start, left)
            return len(self.prompt)
        end = start + resident.fit_chunk(start, min(resident.pace.tokens, left))
        return min([end, *(point for point in ends if point > start)])

    def _pixels(self) -> list[Image.Image]:
        """Returns all pictures of the prompt, which are encoded with it; fewer after a stop."""
        found = []
        for number, picture in enumerate(self.pictures, 1):
            if not self.stop.check():
                self.resident.check_picture(picture)
                self.tell_picture(number, len(self.pictures))
                found.append(self.resident.pictures.pixels(picture, self.stop.check))
        return [pixels for pixels in found if pixels is not None]

    def _features(self, picture: Picture) -> Features | None:
        """Returns a picture's features, encoded only where there is memory; None after a stop."""
        resident, is_stopped = self.resident, self.stop.check
        if resident.pictures.is_held(picture):
            return resident.pictures.features(picture, is_stopped)
        resident.check_picture(picture)
        rows = resident.family.encoding_rows(picture.shape)
        started_at = time.perf_counter()
        with resident.work.learning(resident.work.picture, rows, rows):
            features = resident.pictures.features(picture, is_stopped)
        if features is not None:
            resident.picture_pace.note(picture.span(0).end, time.perf_counter() - started_at)
        return features


def start_over(family: Family, prompt: TokenRun, branch: Branch) -> None:
    """Empties a branch that holds a part of what must be computed with all of the prompt."""
    if family.why_whole(prompt, len(branch.tokens)):
        branch.trim(0)
