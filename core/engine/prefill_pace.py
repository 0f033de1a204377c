"""Sizes the chunks of prefill by how fast the last one was."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CHUNK_SECONDS: Final = 0.2
"""How long a chunk should take: a stop waits no longer."""


class PrefillPace:
    """How many tokens the next chunk has."""

    def __init__(self, first: int = 128, least: int = 32, most: int = 2048) -> None:
        self.tokens = first
        """Tokens of the next chunk."""
        self._least = least
        self._most = most

    @contextmanager
    def timing(self, tokens: int) -> Iterator[None]:
        """Measures the computing of a chunk of `tokens` tokens."""
        started_at = time.perf_counter()
        yield
        seconds = time.perf_counter() - started_at
        # The cost of a short rest says nothing about that of a full chunk.
        if tokens == self.tokens:
            fitting = int(tokens * _CHUNK_SECONDS / seconds)
            self.tokens = max(self._least, min(self._most, 2 * tokens, fitting))
