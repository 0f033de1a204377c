"""What a picture costs, in words: its size, what the model sees of it, tokens, seconds, context."""

from typing import Final

from .session.prices import Price

_PART: Final = " · "

_LEAST_SECONDS: Final = 0.05
_WHOLE_SECONDS: Final = 9.95
"""From here on tenths say nothing."""


def price_words(width: int, height: int, price: Price) -> str:
    """Returns `4032x3024 → 1152x864 · 972 tokens · ~1.4 s · 8 % of context`, as far as known.

    Args:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        price: of it.
    """
    seen = f" → {price.model_width}x{price.model_height}" if price.model_width else ""
    tokens = f"{price.tokens:,} tokens" if price.tokens else ""
    return _joined(f"{width}x{height}{seen}", tokens, _seconds(price), share_words(price.share))


def short_price(price: Price) -> str:
    """Returns `972 tok · ~1.4 s`, as far as known."""
    return _joined(f"{price.tokens:,} tok" if price.tokens else "", _seconds(price))


def _seconds(price: Price) -> str:
    if not price.seconds:
        return ""
    if price.seconds < _WHOLE_SECONDS:
        return f"~{max(price.seconds, _LEAST_SECONDS):.1f} s"
    return f"~{price.seconds:,.0f} s"


def share_words(share: float) -> str:
    """Returns `8 % of context` for a share between 0 and 1; empty for 0."""
    if not share:
        return ""
    percent = round(100 * share)
    return f"{percent} % of context" if percent else "under 1 % of context"


def _joined(*parts: str) -> str:
    return _PART.join(part for part in parts if part)
