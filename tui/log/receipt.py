"""What an answer cost, in words: one line, or the whole receipt."""

from ...core.conversation import TurnStats
from ..sizes import in_bytes
from ..visible import visible_line


def receipt(stats: TurnStats, *, is_whole: bool) -> list[str]:
    """Returns the lines of a receipt; each is a list of facts joined by dots."""
    lines = _whole(stats) if is_whole else [_short(stats)]
    return [" · ".join(facts) for facts in lines if facts]


def _short(stats: TurnStats) -> list[str]:
    return [
        f"reused {stats.reused_tokens:,}",
        f"prefilled {stats.prefilled_tokens:,}",
        *_left_out(stats),
        f"first token {stats.ttft:.2f} s",
        f"{stats.generation_tps:.0f} tokens/s",
        *_copied(stats),
        *_reason(stats),
    ]


def _whole(stats: TurnStats) -> list[list[str]]:
    return [
        [
            f"tokens: {stats.reused_tokens:,} reused",
            f"{stats.prefilled_tokens:,} prefilled",
            f"{stats.generated_tokens:,} decoded",
            *_copied(stats),
            *_left_out(stats),
        ],
        _pictures(stats),
        _speed(stats),
        _reason(stats),
    ]


def _copied(stats: TurnStats) -> list[str]:
    """Says how much of the answer was copied from earlier text, several tokens in one pass."""
    if not stats.copied_tokens:
        return []
    return [f"{stats.copied_tokens:,} of {stats.generated_tokens:,} copied"]


def _left_out(stats: TurnStats) -> list[str]:
    return [f"about {stats.left_out_tokens:,} left out"] if stats.left_out_tokens else []


def _pictures(stats: TurnStats) -> list[str]:
    if not stats.images_reused and not stats.images_encoded:
        return []
    return [f"pictures: {stats.images_reused} reused", f"{stats.images_encoded} encoded"]


def _speed(stats: TurnStats) -> list[str]:
    facts = [f"first token {stats.ttft:.2f} s"]
    if stats.prompt_tps:
        facts.append(f"prefill {stats.prompt_tps:,.0f}")
    facts.append(f"decode {stats.generation_tps:.0f} tokens/s")
    if stats.peak_bytes:
        facts.append(f"peak {in_bytes(stats.peak_bytes)}")
    return facts


def _reason(stats: TurnStats) -> list[str]:
    reasons = [f"recomputed: {visible_line(stats.recomputed)}"] if stats.recomputed else []
    if stats.ignored_options:
        reasons.append(f"the server takes no {visible_line(stats.ignored_options)}")
    return reasons
