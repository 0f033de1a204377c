"""What a model takes in memory at a context, and which context and pixel budget fit."""

from dataclasses import dataclass, replace
from typing import Final

from .memory import USABLE_SHARE, format_bytes

_STEP: Final = 1024
"""Tokens by which contexts are proposed."""

_LEAST_CONTEXT: Final = 4096
"""Tokens below which rather the pictures are made smaller."""

_LEAST_BUDGET: Final = 160
"""Image tokens below which a picture says too little."""


@dataclass(frozen=True)
class Footprint:
    """What of a model takes memory."""

    weights_bytes: int
    """Of the loaded weights."""
    kv_token_bytes: int
    """Of the KV cache for each token."""
    context_length: int
    """Tokens of the longest prompt with its answer; 0 where unknown."""
    picture_tokens: int = 0
    """Of the largest picture; 0 where unknown."""
    picture_bytes: int = 0
    """Beside the weights while that picture is encoded."""
    state_bytes: int = 0
    """Of a conversation, whatever its length."""
    is_fixed: bool = False
    """Whether the pixel budget has no say in a picture's tokens."""

    def nbytes(self, tokens: int) -> int:
        """Returns what the model takes with one conversation of `tokens` tokens and a picture."""
        kv = self.state_bytes + tokens * self.kv_token_bytes
        return self.weights_bytes + kv + self.picture_bytes

    def most_tokens(self, available_bytes: int) -> int:
        """Returns the tokens of one conversation that fit; below 0 where no picture does."""
        left = available_bytes - self.nbytes(0)
        most = left // self.kv_token_bytes if self.kv_token_bytes else max(left, 0)
        return int(min(most, self.context_length)) if self.context_length else int(most)

    def with_budget(self, pixel_budget: int) -> "Footprint":
        """Returns the footprint with pictures of at most `pixel_budget` tokens."""
        if self.is_fixed or not self.picture_tokens or pixel_budget >= self.picture_tokens:
            return self
        work = self.picture_bytes * pixel_budget // self.picture_tokens
        return replace(self, picture_tokens=pixel_budget, picture_bytes=work)


@dataclass(frozen=True)
class Proposal:
    """What fits the memory, and the sentence that says it."""

    context: int
    """Tokens of one conversation; 0 where nothing fits."""
    pixel_budget: int
    """Image tokens of one picture."""
    sentence: str


def propose(
    footprint: Footprint, usable_bytes: int, pixel_budget: int, kv_bits: int = 0
) -> Proposal:
    """Returns the context and the pixel budget that fit.

    Args:
        footprint: of the model, with pictures of `pixel_budget`.
        usable_bytes: what a model can have of this machine's memory; the one before is freed.
        pixel_budget: of the settings.
        kv_bits: of the settings; 0 where KV caches are not quantised yet.
    """
    available = int(usable_bytes * USABLE_SHARE)
    wanted = min(_LEAST_CONTEXT, footprint.context_length or _LEAST_CONTEXT)
    budget, its = pixel_budget, footprint
    while its.most_tokens(available) < wanted and not its.is_fixed and budget > _LEAST_BUDGET:
        budget = max(_LEAST_BUDGET, budget // 2)
        its = footprint.with_budget(budget)
    context = its.most_tokens(available)
    if context <= 0:
        return Proposal(0, budget, _nothing_fits(its, available))
    if context == its.context_length:
        return Proposal(context, budget, _all_fits(its, budget, pixel_budget))
    context = context // _STEP * _STEP or context
    lowered = f" and pixel_budget = {budget} in config.toml" if budget < pixel_budget else ""
    more = "" if kv_bits else "; kv_bits = 8 in config.toml makes room for about twice as many"
    sentence = (
        f"A conversation of {context:,} tokens fits the memory{lowered}, and takes "
        f"{format_bytes(its.nbytes(context))} of {format_bytes(available)} with the model{more}."
    )
    return Proposal(context, budget, sentence)


def _all_fits(its: Footprint, budget: int, wanted: int) -> str:
    with_budget = f" with pixel_budget = {budget} in config.toml" if budget < wanted else ""
    return (
        f"The whole context of {its.context_length:,} tokens fits the memory{with_budget}, and "
        f"takes {format_bytes(its.nbytes(its.context_length))}."
    )


def _nothing_fits(its: Footprint, available: int) -> str:
    return (
        f"Weights and one picture take {format_bytes(its.nbytes(0))} and a model can have "
        f"{format_bytes(available)} of this machine's memory; choose a smaller model or one with "
        "fewer bits a weight."
    )
