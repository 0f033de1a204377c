"""What of a prompt a KV cache already holds: pure functions over token ids and image spans.

Two pictures of the same size have the same placeholder tokens, so token ids alone can't tell them
apart. A run of tokens therefore carries its image spans, and both must agree.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import NamedTuple


class ImageSpan(NamedTuple):
    """Where a picture's tokens stand, and which picture it is."""

    start: int
    """Index of the first token."""
    rows: int
    """Image tokens down, or pixels down in a family whose pictures are no grids of tokens."""
    columns: int
    """The same across."""
    sha256: str
    """Of the picture's pixels as the model sees them."""
    length: int = 0
    """Tokens of the picture, separators included; 0 for rows x columns."""

    @property
    def end(self) -> int:
        """Index after the last token."""
        return self.start + (self.length or self.rows * self.columns)


@dataclass(frozen=True)
class TokenRun:
    """Tokens from the start of a prompt and the pictures among them, in order."""

    tokens: Sequence[int]
    spans: Sequence[ImageSpan] = ()
    """May reach past the last token where a prefill was stopped inside a picture."""
    variant: str = ""
    """What all of its KV depends on beside the tokens before each: the model's adapter, and what
    `Family.variant` tells."""

    def __len__(self) -> int:
        return len(self.tokens)


def common_length(held: TokenRun, wanted: TokenRun) -> int:
    """Returns how many first tokens of `wanted` have in `held` the KV that they would get.

    None of a run of another variant. Never enters a span that differs in anything. Ends inside one
    only where both have that very span (place, size and pixels) and one of them ends there, as
    after a prefill that was stopped in a picture: its KV is a first part of what would be computed
    again, chunk by chunk.
    """
    if held.variant != wanted.variant:
        return 0
    length = _common_tokens(held.tokens, wanted.tokens)
    for ours, theirs in zip_longest(held.spans, wanted.spans):
        if ours != theirs:
            return min(length, *(span.start for span in (ours, theirs) if span is not None))
    return length


def reusable_length(held: TokenRun, wanted: TokenRun) -> int:
    """Returns how many first tokens of `wanted` need no computing where `held` is resident.

    Leaves at least the last token of `wanted`, whose computing yields the first logits.
    """
    return max(0, min(common_length(held, wanted), len(wanted) - 1))


def first_part(run: TokenRun, length: int) -> TokenRun:
    """Returns the first `length` tokens of a run, with the pictures that start among them."""
    return replace(run, tokens=run.tokens[:length], spans=spans_within(run.spans, length))


def spans_within(spans: Sequence[ImageSpan], length: int) -> list[ImageSpan]:
    """Returns the spans that start before `length`."""
    return [span for span in spans if span.start < length]


def _common_tokens(one: Sequence[int], other: Sequence[int]) -> int:
    """Halves the part that may hold the first difference: slices are compared in C."""
    if type(one) is not type(other):
        one, other = array("i", one), array("i", other)
    same, end = 0, min(len(one), len(other))
    if one[:end] == other[:end]:
        return end
    while end - same > 1:
        middle = (same + end) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            end = middle
    return same
