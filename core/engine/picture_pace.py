"""How long pictures take a model on this machine: measured with each, told before the next."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..models.known_reuse import NO_PACE, PicturePaceFound

_MOST: Final = 16
"""Pictures that are remembered, of different sizes."""

_LEAST_TOKENS: Final = 32
"""Of a chunk of prefill that says how fast the model reads."""

_SAME: Final = 0.2
"""What is measured again and differs by no more than this part is the same."""


class PicturePace:
    """What encoding pictures and prefilling their tokens took. May be read by any thread."""

    def __init__(self) -> None:
        self.found = NO_PACE
        """What was measured, here or when the model was loaded before."""

    def note(self, tokens: int, seconds: float) -> None:
        """Takes in how long the encoding of a picture of `tokens` tokens took."""
        known = dict(self.found.encoded)
        if not _is_same(seconds, known.pop(tokens, 0.0)):
            encoded = (*list(known.items())[1 - _MOST :], (tokens, seconds))
            self.found = PicturePaceFound(encoded, self.found.token_seconds)

    @contextmanager
    def prefilling(self, tokens: int) -> Iterator[None]:
        """Measures the computing of a chunk of `tokens` tokens, unless that raises."""
        started_at = time.perf_counter()
        yield
        seconds = (time.perf_counter() - started_at) / tokens
        if tokens >= _LEAST_TOKENS and not _is_same(seconds, self.found.token_seconds):
            self.found = PicturePaceFound(self.found.encoded, seconds)

    def seconds(self, tokens: int) -> float:
        """Returns about how long a picture of `tokens` tokens takes; 0 while nothing was measured.

        The picture measured that is nearest in size counts: the vision half takes more for each
        token the more of them there are.
        """
        found = self.found
        if not found.encoded or not found.token_seconds or tokens < 1:
            return 0.0
        nearest, seconds = min(found.encoded, key=lambda it: abs(math.log(it[0] / tokens)))
        return tokens * (seconds / nearest + found.token_seconds)


def _is_same(seconds: float, before: float) -> bool:
    return abs(seconds - before) <= _SAME * before
