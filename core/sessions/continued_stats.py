"""What an answer cost that was continued: the figures of all its turns as one receipt."""

from msgspec.structs import replace

from ..conversation import TurnStats


def add_stats(before: TurnStats | None, more: TurnStats) -> TurnStats:
    """Returns the receipt of an answer that has grown.

    Tokens and passes add up. The prompt, what was reused and prefilled of it, and the time to the
    first token are those of the newest turn, whose prompt holds what the answer said before it.

    Args:
        before: of the answer as it was; None where that is not known.
        more: of the turn that went on with it.
    """
    if before is None:
        return more
    if not more.prompt_tokens:
        # It was stopped before there was a prompt.
        return before
    held = more.continued_tokens or before.generated_tokens
    new = more.generated_tokens - more.continued_tokens
    return replace(
        more,
        generated_tokens=held + new,
        continued_tokens=held,
        generation_tps=_joint_rate(before, more),
        copied_tokens=before.copied_tokens + more.copied_tokens,
        passes=before.passes + more.passes,
        thought_tokens=before.thought_tokens + more.thought_tokens,
        thought_seconds=before.thought_seconds + more.thought_seconds,
        images_encoded=before.images_encoded + more.images_encoded,
        peak_bytes=max(before.peak_bytes, more.peak_bytes),
    )


def _joint_rate(before: TurnStats, more: TurnStats) -> float:
    """Returns the tokens a second of both; of the one that has a rate if the other has none."""
    new = more.generated_tokens - more.continued_tokens
    pairs = ((before.generated_tokens, before.generation_tps), (new, more.generation_tps))
    known = [(tokens, rate) for tokens, rate in pairs if tokens > 0 and rate > 0]
    seconds = sum(tokens / rate for tokens, rate in known)
    return sum(tokens for tokens, _ in known) / seconds if seconds else 0.0
