"""What of a prompt a KV cache already holds: pure functions over token ids and image spans.

Two pictures of the same size have the same placeholder tokens, so token ids alone can't tell them
apart. A run of tokens therefore carries its image spans, and both must agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple


class ImageSpan(NamedTuple):
    """Where a picture's placeholder tokens stand, and which picture it is."""

    start: int
    """Index of the first placeholder token."""
    rows: int
    columns: int
    """Tokens across; the span holds rows x columns tokens."""
    sha256: str
    """Of the picture's pixels as the model sees them."""

    @property
    def end(self) -> int:
        """Index after the last placeholder token."""
        return self.start + self.rows * self.columns


@dataclass(frozen=True)
class TokenRun:
    """Tokens from the start of a prompt and the pictures among them, in order."""

    tokens: Sequence[int]
    spans: Sequence[ImageSpan] = ()
    """May reach past the last token where a prefill was stopped inside a picture."""

    def __len__(self) -> int:
        return len(self.tokens)


def reusable_length(held: TokenRun, wanted: TokenRun) -> int:
    """Returns how many first tokens of `wanted` need no computing where `held` is resident.

    Never ends inside an image span, and leaves at least the last token of `wanted`, whose
    computing yields the first logits.
    """
    length = min(_common_length(held.tokens, wanted.tokens), len(wanted) - 1)
    for ours, theirs in zip_longest(held.spans, wanted.spans):
        if ours != theirs:
            length = min(length, *(span.start for span in (ours, theirs) if span is not None))
            break
    for span in wanted.spans:
        if span.start < length < span.end:
            return span.start
    return max(length, 0)


def spans_within(spans: Sequence[ImageSpan], length: int) -> list[ImageSpan]:
    """Returns the spans that start before `length`."""
    return [span for span in spans if span.start < length]


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    for index, (ours, theirs) in enumerate(zip(one, other, strict=False)):
        if ours != theirs:
            return index
    return min(len(one), len(other))
